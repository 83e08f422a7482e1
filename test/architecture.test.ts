/**
 * What a linter cannot hold: imports point one way, between parts and between the rooms of the core; there are no
 * cycles; time, chance and the environment come in through their ports; each source has its test; and the tree is the
 * one in docs/architecture.md.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
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

/** What package.json exports. */
const testKit = 'services/testing/index.ts';

/** The files of the project that a file imports. */
function importsOf(file: string): string[] {
  const text = (textOf.get(file) ?? '').replaceAll(
    "'staffprobot/testing'",
    `'${relative(dirname(file), testKit)}'`,
  );
  const specifiers = text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g);
  return [...specifiers].map(([, specifier]) => relative(root, join(root, dirname(file), specifier ?? '')));
}

const layers: readonly { readonly layer: RegExp; readonly may: readonly RegExp[] }[] = [
  { layer: /^services\/core\//, may: [/^services\/core\//] },
  { layer: /^services\/adapters\//, may: [/^services\/(core|adapters)\//] },
  ...['services/bot', 'services/handlers', 'services/metrics-sidecar', 'services/cli'].map((part) => ({
    layer: new RegExp(`^${part}/`),
    may: [new RegExp(`^(${part}|services/core|services/adapters)/`), /\/contract\.ts$/],
  })),
  { layer: /^functions\//, may: [/^(functions|services\/core|services\/adapters)\//, /\/contract\.ts$/] },
  { layer: /^infra\//, may: [/^infra\//, /\/contract\.ts$/] },
  { layer: /^services\/lab\//, may: [/^(?:services\/(?!testing\/)|functions\/)/] },
  // The test kit: the worker and the lab's servers together. Nothing but tests imports it.
  { layer: /^services\/testing\//, may: [/^services\/(core|adapters|bot|lab|testing)\//] },
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

  it('form no cycle between files, type imports included', () => {
    expect(cyclesIn(new Map(typescript.map((file) => [file, importsOf(file)])))).toEqual([]);
  });

  it('form no cycle between the rooms of a part', () => {
    const rooms = new Map<string, string[]>();
    for (const file of typescript.filter((one) => !one.startsWith('test/'))) {
      const targets = importsOf(file).map(roomOf);
      const others = targets.filter((room) => room !== '' && room !== roomOf(file));
      if (roomOf(file) !== '') rooms.set(roomOf(file), [...(rooms.get(roomOf(file)) ?? []), ...others]);
    }
    expect(cyclesIn(rooms)).toEqual([]);
  });

  it('lead from each room of the core only to the rooms below it', () => {
    const wrong = typescript
      .filter((file) => file.startsWith('services/core/'))
      .flatMap((file) => {
        const room = coreRoomOf(file);
        const below = coreRooms.slice(0, coreRooms.indexOf(room));
        return importsOf(file)
          .filter((target) => coreRoomOf(target) !== room && !below.includes(coreRoomOf(target)))
          .map((target) => `${file} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });
});

/** From the lowest up; docs/architecture.md says which question each answers. */
const coreRooms = ['platform', 'lease', 'updates', 'queue', 'outage', 'settings', 'alerts', 'monitor', 'ops'];

function coreRoomOf(file: string): string {
  return file.split('/')[2] ?? '';
}

/** A room is a folder of a part; the files beside the rooms, which put them together, are in none. */
function roomOf(file: string): string {
  const [area = '', part = '', room = '', inside] = file.split('/');
  return inside === undefined ? '' : `${area}/${part}/${room}`;
}

function cyclesIn(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (node: string, path: readonly string[]): void => {
    if (path.includes(node)) cycles.push([...path.slice(path.indexOf(node)), node].join(' → '));
    if (done.has(node) || path.includes(node)) return;
    for (const target of graph.get(node) ?? []) visit(target, [...path, node]);
    done.add(node);
  };
  for (const node of graph.keys()) visit(node, []);
  return cycles;
}

/** Which files may use what everybody else takes through a port. */
const doors: readonly { readonly what: RegExp; readonly where: RegExp; readonly within?: RegExp }[] = [
  {
    what: /\bDate\.now\(|\bnew Date\(\)|\bperformance\./,
    where: /^services\/(?:adapters\/system-clock|testing\/test-clock)\.ts$/,
  },
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
    const services = ['adapters', 'bot', 'cli', 'core', 'handlers', 'lab', 'metrics-sidecar', 'testing'];
    expect(services).toEqual(expect.arrayContaining(readdirSync(join(root, 'services'))));
    const functions = ['heartbeat-monitor', 'release-lock', 'secrets-check', 'shared'];
    expect(readdirSync(join(root, 'functions'))).toEqual(functions);
    expect(readdirSync(join(root, 'services/core')).sort()).toEqual([...coreRooms].sort());
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
      typescript.filter((file) => file !== 'test/architecture.test.ts' && skips.test(textOf.get(file) ?? '')),
    ).toEqual([]);
  });
});

describe('tests are found by name', () => {
  const sources = filesBelow('services').concat(filesBelow('functions'), filesBelow('infra'));
  const deciding = sources
    .filter((file) => /\.(?:ts|js)$/.test(file))
    .filter((file) => decides.test(codeOf(readFileSync(join(root, file), 'utf8'))));

  it('each source with a decision has its mirrored test, or names in its header what tests it', () => {
    const untested = deciding.filter(
      (file) => !existsSync(join(root, mirroredTestOf(file))) && !testedBy(file),
    );
    expect(untested).toEqual([]);
  });

  it('the tests that headers name exist', () => {
    const missing = sources.flatMap((file) => {
      const test = testedBy(file);
      return test === undefined || existsSync(join(root, test)) ? [] : [`${file} names ${test}`];
    });
    expect(missing).toEqual([]);
  });
});

const decides = /\b(?:if|switch|while|for)\s*\(|\?\?|&&|\|\||\s\?\s/;

function mirroredTestOf(file: string): string {
  return `test/${file.replace(/^services\//, '').replace(/\.(?:ts|js)$/, '.test.ts')}`;
}

/** The test, simulator or suite that a source's header names. */
function testedBy(file: string): string | undefined {
  const [header = ''] = /^(?:#!.*\n)?\/\*\*[\s\S]*?\*\//.exec(readFileSync(join(root, file), 'utf8')) ?? [];
  return /^ \* Tested by: (test\/\S+)$/m.exec(header)?.[1];
}

describe('the store’s scripts', () => {
  const folder = 'services/adapters/redis';
  const lua = filesBelow(folder).filter((file) => file.endsWith('.lua'));
  const scripts = lua.filter((file) => dirname(file) !== `${folder}/includes`);
  const includes = lua.filter((file) => dirname(file) === `${folder}/includes`);

  it.each(scripts)('%s declares its keys and is used from its own room', (script) => {
    const text = readFileSync(join(root, script), 'utf8');
    const users = typescript.filter((file) => dirname(file) === dirname(script));
    const [, keys] = /-(\d+)\.lua$/.exec(script) ?? [];
    const used = [...text.matchAll(/KEYS\[(\d+)\]/g)].map(([, index]) => Number(index));
    expect(Math.max(0, ...used)).toBe(Number(keys));
    expect(text).toMatch(/^-- /);
    expect(text).toMatch(/-- KEYS/);
    expect(text).toMatch(/-- ARGV/);
    expect(text).toMatch(/-- Out/);
    expect(text).not.toMatch(/cjson/);
    const name = relative(folder, script).replace('.lua', '');
    expect(users.some((file) => textOf.get(file)?.includes(`'${name}'`))).toBe(true);
  });

  it.each(includes)(
    '%s names what it defines, runs nothing by itself and serves two files or more',
    (include) => {
      const text = readFileSync(join(root, include), 'utf8');
      const defined = [...text.matchAll(/^local function (\w+\([^)]*\))/gm)].map(
        ([, signature]) => signature,
      );
      expect(defined.length).toBeGreaterThan(0);
      for (const signature of defined) expect(text).toContain(`-- ${signature}: `);
      const outside = text.replace(/^--.*\n/gm, '').replace(/^local function [\s\S]*?\nend\n/gm, '');
      expect(outside).toBe('');
      expect(text).not.toMatch(/KEYS\[/);
      const line = `\n-- @include ${relative(`${folder}/includes`, include).replace('.lua', '')}\n`;
      const users = lua.filter((file) => readFileSync(join(root, file), 'utf8').includes(line));
      expect(users.length).toBeGreaterThanOrEqual(2);
    },
  );
});

it('has an integrity in the lock file for every package that npm downloads', () => {
  const lock: { packages: Record<string, { integrity?: string; inBundle?: boolean }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const unchecked = Object.entries(lock.packages)
    .filter(([path, { inBundle }]) => path !== '' && inBundle !== true)
    .filter(([, { integrity }]) => integrity?.startsWith('sha512-') !== true)
    .map(([path]) => path);
  expect(unchecked).toEqual([]);
});

it('runs no install script but esbuild’s, so that nothing is downloaded outside of the lock file', () => {
  const { packages }: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const scripts = Object.keys(packages).filter((path) => packages[path]?.hasInstallScript === true);
  expect(scripts).toEqual(['node_modules/esbuild']);
});

it('has Node itself in the lock file, of one version on every platform', () => {
  const { packages }: { packages: Record<string, { version: string; bin?: { node?: string } }> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  );
  const binaries = Object.entries(packages).filter(([, { bin }]) => bin?.node !== undefined);
  expect(binaries.map(([path]) => path)).toEqual(
    ['linux-arm64', 'linux-x64', 'win-x64'].map((platform) => `node_modules/node-${platform}`),
  );
  expect(new Set(binaries.map(([, { version }]) => version)).size).toBe(1);
});

it('keeps download addresses out of the lock file', () => {
  expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "http/);
  expect(statSync(join(root, '.npmrc')).isFile()).toBe(true);
});
