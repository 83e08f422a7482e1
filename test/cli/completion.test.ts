/** The completion scripts, in real shells. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandNames, commands } from '../../services/cli/commands.ts';
import { realTool } from '../support/real-tools.ts';
import { type } from './keyboard.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'staffprobot-completion-'));
const fileOf = (shell: string): string => join(folder, shell);

beforeAll(async () => {
  for (const shell of commands.completion.verbs) {
    const { out } = await type(`completion ${shell}`, { environment: {} });
    writeFileSync(fileOf(shell), out);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What is offered for the last of these words. */
type Complete = (...words: readonly string[]) => Promise<string[]>;

const offers: Readonly<Record<'bash' | 'zsh', Complete>> = {
  async bash(...words) {
    const program = `source "$0"; COMP_WORDS=(staffprobot "$@"); COMP_CWORD=$#; _staffprobot; printf '%s\\n' "\${COMPREPLY[@]}"`;
    return lines((await run('bash', ['--norc', '-c', program, fileOf('bash'), ...words])).stdout);
  },
  /** Outside of its line editor zsh has none of the functions that show matches: these print them. */
  async zsh(...words) {
    const program = `
      compdef() { : }
      compadd() { shift; print -l -- "$@" }
      _describe() { print -l -- "\${(@P)2%%:*}" }
      file=$1; shift
      source $file
      words=(staffprobot "$@"); CURRENT=$#words; PREFIX=$words[-1]
      _staffprobot || true`;
    const { stdout } = await run('zsh', ['-fc', program, 'zsh', fileOf('zsh'), ...words]);
    return lines(stdout).filter((word) => word.startsWith(words.at(-1) ?? ''));
  },
};

function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

describe.each([
  { shell: 'bash', missing: false },
  { shell: 'zsh', missing: realTool('zsh') === undefined },
] as const)('completion in $shell', ({ shell, missing }) => {
  const complete = offers[shell];

  describe.skipIf(missing)('offers', () => {
    it('every command, and the one that begins so', async () => {
      expect(await complete('')).toEqual(expect.arrayContaining(commandNames));
      expect(await complete('doc')).toEqual(['doctor']);
      expect(await complete('--v')).toEqual(['--version']);
    });

    it('the options of the command alone', async () => {
      const offered = await complete('release-lock', '--reason', 'because', '--');
      expect(offered).toEqual(expect.arrayContaining(['--force', '--function', '--lab', '--json', '--help']));
      expect(offered).not.toContain('--watch');
      expect(await complete('status', '--w')).toEqual(['--watch']);
    });

    it('the words that a command chooses from', async () => {
      expect(await complete('dead', 're')).toEqual(['retry']);
      expect(await complete('completion', 'z')).toEqual(['zsh']);
    });

    it('nothing where a value is typed', async () => {
      expect(await complete('status', '--function', '')).toEqual([]);
    });
  });
});

it('refuses another shell, and none', async () => {
  for (const line of ['completion', 'completion fish']) {
    const { code, err } = await type(line, { environment: {} });
    expect(code).toBe(64);
    expect(err).toContain('"completion bash" or "completion zsh"');
  }
});
