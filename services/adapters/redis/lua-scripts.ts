/**
 * The store's scripts: each read-decide-write is one file beside the module that runs it, and runs unchanged on
 * Upstash, on Redis 7 and on the embedded store.
 *
 * A file's name ends in its number of keys; its header lists KEYS, ARGV (with units) and the reply.
 * Every script is safe to run twice, because an HTTP client may repeat a request whose answer was lost.
 * Scripts use no `cjson` and format numbers with `%.0f`, so that Lua 5.1 and later agree.
 *
 * A line `-- @include <name>` stands for the local functions of `includes/<name>.lua`. Includes may include others;
 * each is inserted once, before its first use. The store sees only the expanded source, and the SHA-1 is of that.
 *
 * In development the files are read from disk; the bundler packs those that a program uses into `BUNDLED_LUA`. Both
 * go through the same expansion.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

declare const BUNDLED_LUA: Readonly<Record<string, string>> | undefined;

/** What a script answers: integers, bulk strings, null and lists of these. */
export type ScriptReply = string | number | null | readonly ScriptReply[];

export interface LuaScript {
  readonly name: string;
  readonly source: string;
  readonly sha1: string;
  readonly keyCount: number;
}

/** Runs one script atomically. Throws an `Error` when the store did not answer or refused. */
export interface ScriptRunner {
  run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<ScriptReply>;
}

/** Loads `<path>.lua` of this folder; `path` is `<room>/<name>-<number of keys>`. */
export function luaScript(path: string): LuaScript {
  const source = expandIncludes(path, readLua);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    name,
    source,
    sha1: createHash('sha1').update(source).digest('hex'),
    keyCount: Number(name.slice(name.lastIndexOf('-') + 1)),
  };
}

function readLua(path: string): string | undefined {
  if (typeof BUNDLED_LUA === 'undefined') return readFromDisk(path);
  return BUNDLED_LUA[path];
}

function readFromDisk(path: string): string | undefined {
  try {
    return readFileSync(new URL(`./${path}.lua`, import.meta.url), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

const includeLine = /^-- @include (.+)\n/gm;

/**
 * The source at `path` with every include in its place.
 * @throws Error in one line when a file is missing or includes itself, directly or through others
 */
export function expandIncludes(path: string, sourceOf: (path: string) => string | undefined): string {
  const inserted = new Set<string>();
  const expand = (current: string, parents: readonly string[]): string => {
    const chain = [...parents, current];
    if (parents.includes(current)) throw new Error(`Lua includes form a circle: ${chain.join(' → ')}`);
    const source = sourceOf(current);
    if (source === undefined) throw new Error(`there is no Lua file ${chain.join(' → ')}`);
    return source.replace(includeLine, (_line, name: string) => {
      const include = `includes/${name}`;
      if (inserted.has(include)) return '';
      const text = expand(include, chain);
      inserted.add(include);
      return text;
    });
  };
  return expand(path, []);
}
