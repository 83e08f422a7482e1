/**
 * What a linter cannot hold: imports point one way, time and chance and the environment enter by their doors,
 * there are no cycles, and the tree is the one that docs/architecture.md tells.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const sourceFolders = ['infra', 'services', 'functions', 'test'];

function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}

const files = sourceFolders.flatMap(filesBelow);
const typescript = files.filter((file) => file.endsWith('.ts'));
const textOf = new Map(typescript.map((file) => [file, readFileSync(join(root, file), 'utf8')]));

/** Comments and the contents of strings say things that code may not do. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');
}

/** The files of the project that a file imports. */
function importsOf(file: string): string[] {
  const specifiers = (textOf.get(file) ?? '').matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...specifiers].map(([, specifier]) => relative(root, join(root, dirname(file), specifier ?? '')));
}

const layers: readonly { readonly layer: RegExp; readonly may: readonly RegExp[] }[] = [
  { layer: /^services\/core\//, may: [/^services\/core\//] },
  { layer: /^services\/adapters\//, may: [/^services\/(core|adapters)\//] },
  ...['services/bot', 'services/metrics-sidecar', 'services/cli'].map((part) => ({
    layer: new RegExp(`^${part}/`),
    may: [new RegExp(`^(${part}|services/core|services/adapters)/`), /\/contract\.ts$/],
  })),
  { layer: /^functions\//, may: [/^(functions|services\/core|services\/adapters)\//, /\/contract\.ts$/] },
  { layer: /^infra\//, may: [/^infra\//, /\/contract\.ts$/] },
  { layer: /^services\/lab\//, may: [/^(services|functions)\//] },
  { layer: /^test\//, may: [/./] },
];

describe('imports', () => {
  it('point one way: entry points to adapters to core', () => {
    const wrong = typescript.flatMap((file) => {
      const rule = layers.find(({ layer }) => layer.test(file));
      return importsOf(file)
        .filter((target) => !rule?.may.some((allowed) => allowed.test(target)))
        .map((target) => `${file} imports ${target}`);
    });
    expect(wrong).toEqual([]);
  });

  it('name files that exist', () => {
    const missing = typescript.flatMap((file) =>
      importsOf(file)
        .filter((target) => !files.includes(target))
        .map((target) => `${file} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('bring no library into core, and none into a contract', () => {
    const wrong = typescript
      .filter((file) => file.startsWith('services/core/') || file.endsWith('/contract.ts'))
      .filter((file) =>
        /^(?:import|export)\b[^;]*?\bfrom '[^.]|\bimport\('[^.]/m.test(textOf.get(file) ?? ''),
      );
    expect(wrong).toEqual([]);
  });

  it('reach a contract from its siblings and infra alone, never from adapters', () => {
    const wrong = typescript
      .filter((file) => /^services\/(adapters|core)\//.test(file))
      .filter((file) => importsOf(file).some((target) => target.endsWith('/contract.ts')));
    expect(wrong).toEqual([]);
  });

  it('form no cycle', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '));
      if (done.has(file) || path.includes(file)) return;
      for (const target of valueImportsOf(file)) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of typescript) visit(file, []);
    expect(cycles).toEqual([]);
  });
});

/** Types alone make no cycle at run time. */
function valueImportsOf(file: string): string[] {
  const text = (textOf.get(file) ?? '').replace(/import type [^;]+;/g, '');
  const specifiers = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...specifiers].map(([, specifier]) => relative(root, join(root, dirname(file), specifier ?? '')));
}

/** Which files may use what everybody else takes through a port. */
const doors: readonly { readonly what: RegExp; readonly where: RegExp; readonly within?: RegExp }[] = [
  { what: /\bDate\.now\(|\bnew Date\(\)|\bperformance\./, where: /^services\/adapters\/system-clock\.ts$/ },
  { what: /(?<!\.)\bset(?:Timeout|Interval|Immediate)\(/, where: /^services\/adapters\/system-clock\.ts$/ },
  {
    what: /\bAbortSignal\.timeout\(/,
    where: /^services\/(?!core\/)|^functions\//,
    within: /^services\/core\//,
  },
  { what: /\bMath\.random\(|\brandom(?:Bytes|UUID|Int)\(/, where: /^services\/adapters\/system-random\.ts$/ },
  { what: /\bprocess\.env\b/, where: /\/(main|dev|app|handler|[a-z-]*entry)\.ts$/ },
  {
    what: /\bprocess\.exit\(|\bprocess\.exitCode\b/,
    where: /\/(main|dev|app|die-with-parent)\.ts$/,
    within: /^(?:services|functions)\//,
  },
];

describe('what everybody takes through a port', () => {
  for (const { what, where, within } of doors) {
    it(`${what.source} stands behind its door alone`, () => {
      const wrong = typescript
        .filter((file) => !file.startsWith('test/') && !where.test(file) && (within?.test(file) ?? true))
        .filter((file) => what.test(codeOf(textOf.get(file) ?? '')));
      expect(wrong).toEqual([]);
    });
  }
});

describe('the tree', () => {
  it('has in services and functions only the folders that docs/architecture.md names', () => {
    const services = ['adapters', 'bot', 'cli', 'core', 'lab', 'metrics-sidecar'];
    expect(services).toEqual(expect.arrayContaining(readdirSync(join(root, 'services'))));
    expect(readdirSync(join(root, 'functions'))).toEqual(['heartbeat-monitor', 'release-lock']);
  });

  it('holds files that one can find one’s way in', () => {
    const long = typescript.filter((file) => (textOf.get(file) ?? '').split('\n').length > 350);
    expect(long).toEqual([]);
  });

  it('opens every source file with what it is', () => {
    const bare = typescript.filter(
      (file) => !file.startsWith('test/') && !/^(#!.*\n)?\/\*\*/.test(textOf.get(file) ?? ''),
    );
    expect(bare).toEqual([]);
  });

  it('skips no test but for a missing real tool', () => {
    const skips = /\b(?:it|test|describe)\.(?:skip|only|todo|fails)\b/;
    expect(
      typescript.filter((file) => file !== 'test/tidy.test.ts' && skips.test(textOf.get(file) ?? '')),
    ).toEqual([]);
  });
});

describe('the store’s scripts', () => {
  const folder = 'services/adapters/redis/lua';
  const scripts = readdirSync(join(root, folder));
  const users = typescript.filter((file) => file.startsWith('services/adapters/'));

  it.each(scripts)('%s declares its keys and is used', (script) => {
    const text = readFileSync(join(root, folder, script), 'utf8');
    const [, keys] = /-(\d+)\.lua$/.exec(script) ?? [];
    const used = [...text.matchAll(/KEYS\[(\d+)\]/g)].map(([, index]) => Number(index));
    expect(Math.max(0, ...used)).toBe(Number(keys));
    expect(text).toMatch(/^-- /);
    expect(text).toMatch(/-- KEYS/);
    expect(text).toMatch(/-- ARGV/);
    expect(text).toMatch(/-- Out/);
    expect(text).not.toMatch(/cjson/);
    const name = script.replace('.lua', '');
    expect(users.some((file) => textOf.get(file)?.includes(`'${name}'`))).toBe(true);
  });
});

it('keeps download addresses out of the lock file', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/);
  expect(statSync(join(root, '.npmrc')).isFile()).toBe(true);
});
