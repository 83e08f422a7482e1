/**
 * Stores for other suites: the embedded one and, if it is on PATH, a real redis-server.
 *
 *     describeOnEachStore('the lock', (store) => {
 *       it('expires', async () => {
 *         await store().command('SET', 'k', 'v', 'PX', '100');
 *         await store().elapse(101);
 *         expect(await store().command('GET', 'k')).toBeNull();
 *       });
 *     });
 *
 *     const redis = await startRedisRest({ tokens: ['leader', 'standby'] });
 *     redis.faults.set('leader', { kind: 'hang' });
 */
import { afterAll, beforeAll, beforeEach, describe } from 'vitest';
import type { LuaScript, ScriptReply, ScriptRunner } from '../../services/adapters/redis/lua-scripts.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { Clock } from '../../services/core/platform/clock.ts';
import { createEmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { Faults } from '../../services/lab/redis-rest/faults.ts';
import { startLabRedis } from '../../services/lab/redis-rest/lab-redis.ts';
import { realRedis } from '../../services/lab/redis-rest/real/real-redis.ts';
import { startRedisServer } from '../../services/lab/redis-rest/redis-server-process.ts';
import { bytesOfText, textOfBytes } from '../../services/lab/redis-rest/store/bytes.ts';
import {
  mapReplyTexts,
  RedisError,
  type Reply,
  StatusReply,
} from '../../services/lab/redis-rest/store/reply.ts';
import { realTool } from './real-tools.ts';

export type StoreKind = 'embedded' | 'redis-server';

export interface TestStore extends ScriptRunner {
  readonly kind: StoreKind;
  run(script: LuaScript, keys: readonly string[], args: readonly string[]): Promise<ScriptReply>;
  /** Runs a command; returns `OK` as text; throws a `RedisError` answer. */
  command(...words: string[]): Promise<ScriptReply>;
  /** Runs a command and returns the raw reply; an error is a value. */
  rawCommand(words: readonly string[]): Promise<Reply>;
  /** MULTI … EXEC. */
  transact(commands: readonly (readonly string[])[]): Promise<Reply>;
  /** The store's TIME. */
  nowMs(): Promise<number>;
  /**
   * Shortens every key's remaining TTL by this much, at once. Only the embedded store's TIME moves along; a real
   * server's TIME is merely a later millisecond afterwards. So pass times that scripts compare as arguments, or take
   * them from `nowMs`.
   */
  elapse(ms: number): Promise<void>;
  /** Removes keys and known scripts. */
  flush(): Promise<void>;
  /** Resolves once it listens. */
  subscribe(channel: string, listener: (message: string) => void): Promise<() => void>;
  stop(): Promise<void>;
}

/** Runs the same suite on the embedded store and on a real server; the store is empty before each test. */
export function describeOnEachStore(name: string, suite: (store: () => TestStore) => void): void {
  describe(`${name} on the embedded store`, () => suite(storeForSuite(startEmbeddedStore)));
  describe.skipIf(realTool('redis-server') === undefined)(`${name} on a real Redis`, () =>
    suite(storeForSuite(startRealStore)),
  );
}

function storeForSuite(start: () => Promise<TestStore>): () => TestStore {
  let store: TestStore | undefined;
  beforeAll(async () => {
    store = await start();
  });
  beforeEach(() => store?.flush());
  afterAll(() => store?.stop());
  return () => {
    if (store === undefined) throw new Error('the store exists only inside tests and hooks');
    return store;
  };
}

/** Its clock stands at `startMs` until `elapse` moves it. */
export async function startEmbeddedStore(startMs = Date.UTC(2030, 0, 1)): Promise<TestStore> {
  let nowMs = startMs;
  const store = await createEmbeddedStore({ nowMs: () => nowMs });
  const rawCommand: TestStore['rawCommand'] = async (words) =>
    mapReplyTexts(store.executeBytes(words.map(bytesOfText)), textOfBytes);
  return {
    kind: 'embedded',
    rawCommand,
    ...simplified(rawCommand),
    run: async (script, keys, args) => simplify(store.runScript(script.source, keys, args)),
    transact: async (commands) =>
      mapReplyTexts(store.transactBytes(commands.map((words) => words.map(bytesOfText))), textOfBytes),
    nowMs: async () => nowMs,
    async elapse(ms) {
      nowMs += ms;
    },
    async flush() {
      store.execute(['FLUSHALL']);
      store.execute(['SCRIPT', 'FLUSH']);
    },
    subscribe: async (channel, listener) => store.subscribe(channel, listener),
    stop: async () => store.reset(),
  };
}

export async function startRealStore(): Promise<TestStore> {
  const path = realTool('redis-server');
  if (path === undefined) throw new Error('redis-server is not on PATH');
  const server = await startRedisServer(path, systemClock);
  const redis = realRedis(server.socketPath);
  const rawCommand: TestStore['rawCommand'] = async (words) =>
    mapReplyTexts(await redis.execute(words.map(bytesOfText)), textOfBytes);
  const { command } = simplified(rawCommand);
  const nowMs = async (): Promise<number> => {
    const [seconds, micros] = (await command('TIME')) as readonly string[];
    return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000);
  };
  return {
    kind: 'redis-server',
    rawCommand,
    command,
    async run(script, keys, args) {
      return command('EVAL', script.source, String(keys.length), ...keys, ...args);
    },
    transact: async (commands) =>
      mapReplyTexts(await redis.transact(commands.map((words) => words.map(bytesOfText))), textOfBytes),
    nowMs,
    async elapse(ms) {
      const beforeMs = await nowMs();
      await command('EVAL', elapseScript, '0', String(ms));
      // Events before and after must not fall into the same millisecond.
      while ((await nowMs()) <= beforeMs);
    },
    async flush() {
      await command('FLUSHALL');
      await command('SCRIPT', 'FLUSH');
    },
    subscribe: (channel, listener) => listening(redis, channel, listener),
    async stop() {
      await redis.close();
      await server.stop();
    },
  };
}

/** A key with a remaining TTL of exactly `ms` has none left, yet exists until this millisecond is over. */
const elapseScript = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIREAT', key, redis.call('PEXPIRETIME', key) - ARGV[1]) end
end`;

function listening(
  redis: ReturnType<typeof realRedis>,
  channel: string,
  listener: (message: string) => void,
): Promise<() => void> {
  const heard = `message,${bytesOfText(channel)},`;
  return new Promise((resolve, reject) => {
    const stop = redis.listen(
      { kind: 'subscribe', names: [bytesOfText(channel)] },
      {
        onEvent(event) {
          if (event.startsWith('subscribe,')) resolve(stop);
          else if (event.startsWith(heard)) listener(textOfBytes(event.slice(heard.length)));
        },
        onEnd: () => reject(new Error('the subscription ended')),
      },
    );
  });
}

function simplified(rawCommand: TestStore['rawCommand']): Pick<TestStore, 'command'> {
  return {
    async command(...words) {
      const reply = await rawCommand(words);
      if (reply instanceof RedisError) throw reply;
      return simplify(reply);
    },
  };
}

function simplify(reply: Reply): ScriptReply {
  if (Array.isArray(reply)) return reply.map(simplify);
  if (reply instanceof StatusReply) return reply.text;
  return reply instanceof RedisError ? reply.message : reply;
}

export interface RedisRestOptions {
  /** Default: a real redis-server if it is on PATH. */
  readonly store?: StoreKind;
  /** Faults apply to a token by its name. Default: one token. */
  readonly tokens?: readonly [string, ...string[]];
  readonly clock?: Clock;
}

export interface RedisRest {
  readonly url: string;
  /** The first of `tokens`. */
  readonly token: string;
  readonly store: StoreKind;
  readonly faults: Faults;
  stop(): Promise<void>;
}

/** The lab's REST server inside the test's process, on a free port; programs under test reach it by its URL. */
export async function startRedisRest({
  store,
  tokens = ['rest-token-of-this-test'],
  clock = systemClock,
}: RedisRestOptions = {}): Promise<RedisRest> {
  const redisServerPath = store === 'embedded' ? undefined : realTool('redis-server');
  if (store === 'redis-server' && redisServerPath === undefined)
    throw new Error('redis-server is not on PATH');
  const redis = await startLabRedis({ port: 0, tokens, redisServerPath, clock });
  return {
    url: redis.rest.url,
    token: tokens[0],
    store: redis.store,
    faults: redis.rest.faults,
    stop: redis.stop,
  };
}
