/**
 * The store's scripts: each read-decide-write is one file beside the module that runs it, and runs unchanged on Upstash, on Redis 7
 * and on the embedded store.
 *
 * A file's name ends in its number of keys; its header lists KEYS, ARGV (with units) and what comes back.
 * Every script is safe to run twice, because an HTTP client may repeat a request whose answer was lost.
 * Scripts use no `cjson` and format numbers with `%.0f`, so that Lua 5.1 and later agree.
 *
 * In development the files are read from disk; the bundler puts all of them into `BUNDLED_LUA`.
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
  const source =
    typeof BUNDLED_LUA === 'undefined'
      ? readFileSync(new URL(`./${path}.lua`, import.meta.url), 'utf8')
      : BUNDLED_LUA[path];
  if (source === undefined) throw new Error(`the bundle lacks the script ${path}`);
  const name = path.slice(path.lastIndexOf('/') + 1);
  return {
    name,
    source,
    sha1: createHash('sha1').update(source).digest('hex'),
    keyCount: Number(name.slice(name.lastIndexOf('-') + 1)),
  };
}
