/**
 * The store over REST, through @upstash/redis.
 *
 * Guarantees: one HTTP request per call (no retries, no hidden pipelining), a timeout on each, raw strings in and
 * out, and no argument or token in any error.
 * Does not guarantee that a failed call was not carried out: therefore scripts are safe to repeat.
 *
 * The client's defaults differ in each of these points; see its traps in `docs/architecture.md`. Its entry for Workers is the
 * same client on `fetch`, without what ours never uses: a function's start parses 2 KB less.
 */
import { Redis } from '@upstash/redis/cloudflare';
import { StoreRefusedError } from '../../core/platform/store-errors.ts';
import type { LuaScript, ScriptReply, ScriptRunner } from './lua-scripts.ts';
import { storeError } from './store-error.ts';

export interface UpstashStore extends ScriptRunner {
  /** Runs one plain command, such as `['LLEN', key]`. */
  command(args: readonly [string, ...string[]]): Promise<ScriptReply>;
}

export interface UpstashOptions {
  readonly url: string;
  readonly token: string;
  readonly timeoutMs: number;
  /** Called for every request with the script's or command's name. */
  readonly onRequest?: (name: string) => void;
}

export function upstashStore({ url, token, timeoutMs, onRequest }: UpstashOptions): UpstashStore {
  const client = new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    readYourWrites: false,
    retry: { retries: 0 },
    // The function form throws on timeout; a plain signal would make the call resolve to null.
    signal: () => AbortSignal.timeout(timeoutMs),
  });

  async function request(name: string, send: () => Promise<unknown>): Promise<ScriptReply> {
    onRequest?.(name);
    try {
      return (await send()) as ScriptReply;
    } catch (error) {
      throw storeError(name, error);
    }
  }

  return {
    async run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<ScriptReply> {
      if (keys.length !== script.keyCount) {
        throw new Error(`${script.name} takes ${script.keyCount} keys, got ${keys.length}`);
      }
      try {
        return await request(script.name, () => client.evalsha(script.sha1, [...keys], [...args]));
      } catch (error) {
        if (!(error instanceof StoreRefusedError && error.reply.startsWith('NOSCRIPT'))) throw error;
        return request(script.name, () => client.eval(script.source, [...keys], [...args]));
      }
    },

    command: ([name, ...args]) => request(name.toLowerCase(), () => client.exec([name, ...args])),
  };
}
