import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { luaSources } from '../../../infra/bundling.ts';
import { expandIncludes, luaScript } from '../../../services/adapters/redis/lua-scripts.ts';

const folder = join(import.meta.dirname, '../../../services/adapters/redis');
const paths = readdirSync(folder, { encoding: 'utf8', recursive: true })
  .filter((file) => file.endsWith('.lua') && !file.startsWith('includes/'))
  .map((file) => file.slice(0, -4));

/** Expands `script` out of the sources given. */
function expanded(sources: Readonly<Record<string, string>>): string {
  return expandIncludes('script', (path) => sources[path]);
}

describe('a script', () => {
  it('has the name, key count and SHA-1 of its expanded source', () => {
    const script = luaScript('lease/renew-polling-lock-5');
    expect(script).toMatchObject({ name: 'renew-polling-lock-5', keyCount: 5 });
    expect(script.source).toContain('local function store_time()');
    expect(script.sha1).toBe(createHash('sha1').update(script.source).digest('hex'));
  });

  it('must exist', () => {
    expect(() => luaScript('lease/no-such-1')).toThrow(/^there is no Lua file lease\/no-such-1$/);
  });

  it.each(paths)('%s is the same code from the bundle as from disk', (path) => {
    const packed = luaSources([path]);
    const code = luaScript(path).source.replace(/^\s*--.*\n|^\s+/gm, '');
    expect(expandIncludes(path, (one) => packed[one])).toBe(code);
    expect(code).not.toContain('@include');
  });

  it.each(paths)('%s calls only functions that it defines or includes', (path) => {
    const { source } = luaScript(path);
    const code = source.replace(/--.*$/gm, '').replace(/'[^'\n]*'/g, "''");
    const called = [...code.matchAll(/(?<![.\w])([a-z_]+)\(/g)].map(([, name]) => name);
    const defined = [...code.matchAll(/local function ([a-z_]+)\(/g)].map(([, name]) => name);
    const builtIn = ['function', 'ipairs', 'tonumber', 'type', 'and', 'or', 'not', 'if', 'for', 'in'];
    expect(called.filter((name) => !defined.includes(name) && !builtIn.includes(name ?? ''))).toEqual([]);
    expect(new Set(defined).size).toBe(defined.length);
  });
});

describe('an include', () => {
  it('takes the place of its line', () => {
    const sources = {
      script: '-- header\n-- @include a\nreturn a()\n',
      'includes/a': 'local function a() end\n',
    };
    expect(expanded(sources)).toBe('-- header\nlocal function a() end\nreturn a()\n');
  });

  it('comes before the include that needs it', () => {
    const sources = { script: '-- @include b\n', 'includes/a': 'a\n', 'includes/b': '-- @include a\nb\n' };
    expect(expanded(sources)).toBe('a\nb\n');
  });

  it('is inserted once, however many files include it', () => {
    const sources = {
      script: '-- @include a\n-- @include b\n-- @include a\nend\n',
      'includes/a': 'a\n',
      'includes/b': '-- @include a\nb\n',
    };
    expect(expanded(sources)).toBe('a\nb\nend\n');
  });

  it('is inserted as it is, replacement patterns and all', () => {
    expect(expanded({ script: '-- @include a\n', 'includes/a': "'^x$&$1$$'\n" })).toBe("'^x$&$1$$'\n");
  });

  it('that does not exist is named together with its includers', () => {
    const sources = { script: '-- @include a\n', 'includes/a': '-- @include b\n' };
    expect(() => expanded(sources)).toThrow(/^there is no Lua file script → includes\/a → includes\/b$/);
  });

  it.each([
    [{ 'includes/a': '-- @include a\n' }, 'script → includes/a → includes/a'],
    [
      { 'includes/a': '-- @include b\n', 'includes/b': '-- @include a\n' },
      'script → includes/a → includes/b → includes/a',
    ],
  ])('%o that includes itself is a circle, in one line', (includes, circle) => {
    expect(() => expanded({ script: '-- @include a\n', ...includes })).toThrow(
      new Error(`Lua includes form a circle: ${circle}`),
    );
  });
});

it('the clock, the audit entry and the heartbeat’s check are written once', () => {
  const written = (pattern: RegExp): string[] =>
    readdirSync(folder, { encoding: 'utf8', recursive: true })
      .filter((file) => file.endsWith('.lua') && pattern.test(readFileSync(join(folder, file), 'utf8')))
      .sort();
  expect(written(/'TIME'/)).toEqual(['includes/store-time.lua']);
  expect(written(/'XADD'/)).toEqual(['includes/audit.lua']);
  expect(written(/'WRONGTYPE'/)).toEqual(['includes/text-of.lua']);
  expect(written(/'\^0 '/)).toEqual(['includes/remove-finished.lua']);
});
