/** Every command that the pages show exists, with its options: scripts, the command line, programs and files. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../../services/cli/command-line.ts';

const root = join(import.meta.dirname, '../..');
const pages = [
  'README.md',
  '.env.example',
  'services/lab/README.md',
  ...globSync('docs/*.md', { cwd: root }),
];
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Readonly<Record<string, string>>;
};

/** What stands in backquotes, in an indented or fenced line, or in a comment, from a program's name on. */
function commandsIn(page: string): readonly string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const inline = [...text.matchAll(/`([^`\n]+(?:\n[^`\n]+)?)`/g)].map(([, code = '']) =>
    code.replace('\n', ' '),
  );
  const blocks = text
    .split('\n')
    .filter((line) => /^(?: {4,}|\$ )?(?:[A-Z_]+=\S+ )*(?:npm|npx|node) /.test(line));
  return [...inline, ...blocks]
    .flatMap((code) => code.split(/&&|;|\|\|?(?! --)| # /))
    .map((code) => code.replace(/^\s*\$? ?/, '').trim())
    .filter((code) => /^(?:[A-Z_]+=\S+ )*(?:npm|npx|node) /.test(code));
}

/** Why a command cannot be run; undefined if it can. */
function problemOf(command: string): string | undefined {
  const words = command
    .replace(/"[^"]*"|<[^>]*>/g, 'text')
    .split(/\s+/)
    .filter((word) => !/^[A-Z_]+=|^-s$/.test(word));
  const [program, first = '', second = ''] = words;
  const missing = filesOf(command).find((path) => !existsSync(join(root, path)));
  if (missing !== undefined) return `there is no ${missing}`;
  if (program === 'npx' && first === 'staffprobot') return lineProblem(words.slice(2));
  if (program === 'npx')
    return existsSync(join(root, 'node_modules/.bin', first)) ? undefined : `no ${first}`;
  if (program !== 'npm') return undefined;
  const script = first === 'run' ? second : first;
  const isScript = first === 'run' || first === 'start' || first === 'test';
  return isScript && scripts[script] === undefined ? `there is no script ${script}` : undefined;
}

function filesOf(command: string): readonly string[] {
  return [...command.matchAll(/(?<=[\s=])\.?\/?((?:test|services|functions|infra)\/[\w./-]+)/g)].map(
    ([, path = '']) => path,
  );
}

function lineProblem(words: readonly string[]): string | undefined {
  const typed = words.filter((word) => word !== '…').map((word) => word.replace(/[,.]$/, ''));
  try {
    readCommandLine(typed);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

describe.each(pages)('%s', (page) => {
  it('shows only commands that exist', () => {
    const problems = commandsIn(page).map((command) => [command, problemOf(command)]);
    expect(problems.filter(([, problem]) => problem !== undefined)).toEqual([]);
  });
});

it('finds the commands of the pages', () => {
  expect(pages.flatMap(commandsIn).length).toBeGreaterThan(150);
});

it.each([
  ['npm run dance', 'there is no script dance'],
  ['npx staffprobot recover --forse', 'recover has no option --forse; did you mean --force?'],
  ['npx jest', 'no jest'],
  ['npm exec -- node --test test/docs/none.ts', 'there is no test/docs/none.ts'],
])('refuses %s', (command, problem) => {
  expect(problemOf(command)).toBe(problem);
});

it('every script of package.json is explained on a page', () => {
  const text = pages.map((page) => readFileSync(join(root, page), 'utf8')).join('\n');
  const unknown = Object.keys(scripts).filter(
    (name) => !new RegExp(`npm (?:run )?(?:-s )?${name}(?![\\w:-])`).test(text),
  );
  expect(unknown).toEqual([]);
});
