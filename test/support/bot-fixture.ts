/** A store, a Bot API server and workers as real processes: the base of most process tests. */
import { redisOutageStore } from '../../services/adapters/redis/outage/outage-store.ts';
import { type UpstashStore, upstashStore } from '../../services/adapters/redis/upstash-store.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { freePort, type Program, startProgram, until } from './program.ts';
import { type RedisRest, startRedisRest } from './redis-backends.ts';
import { startTelegramEmulator, type TestTelegram } from './telegram-emulator.ts';

export const botToken = '4242424242:AAtoken-of-the-test-bot-0123456789abc';
export const superadminId = 77;

export interface WorkerProcess extends Program {
  readonly healthUrl: string;
  readonly metricsUrl: string;
}

export interface BotFixture {
  readonly redis: RedisRest;
  readonly telegram: TestTelegram;
  readonly store: UpstashStore;
  /** What every program of the bot gets. */
  readonly environment: Readonly<Record<string, string>>;
  /** Starts a worker; `restToken` selects its client of the store. */
  worker(environment?: Readonly<Record<string, string>>, restToken?: string): Promise<WorkerProcess>;
  /** Waits until a worker holds the lock with a value other than `not`; returns that value. */
  lockOtherThan(not?: string | null): Promise<string>;
  get(key: string): Promise<string | null>;
  stop(): Promise<void>;
}

export const keys = storeKeys('');

/** A production worker's environment, with a lease short enough for tests. */
const defaultEnvironment = {
  ENVIRONMENT: 'production',
  TELEGRAM_BOT_TOKEN_PROD: botToken,
  SUPERADMIN_TELEGRAM_IDS: String(superadminId),
  POLLING_LOCK_TTL_SECONDS: '3',
  POLLING_LOCK_RENEW_SECONDS: '1',
  HEARTBEAT_INTERVAL_SECONDS: '1',
  LONG_POLL_TIMEOUT_SECONDS: '5',
  DRAIN_TIMEOUT_SECONDS: '5',
};

/** For tests that count terms: a busy machine must not end one. */
export const longLease = { POLLING_LOCK_TTL_SECONDS: '30', POLLING_LOCK_RENEW_SECONDS: '10' };

export async function startBotFixture(
  tokens: readonly [string, ...string[]] = ['rest-token-of-the-test'],
): Promise<BotFixture> {
  const redis = await startRedisRest({ tokens });
  const telegram = await startTelegramEmulator();
  const store = upstashStore({ url: redis.url, token: redis.token, timeoutMs: 10_000 });
  const workers: WorkerProcess[] = [];
  await store.command(['SET', keys.epoch, '0']);
  const get = async (key: string): Promise<string | null> =>
    (await store.command(['GET', key])) as string | null;
  const shared = {
    ...defaultEnvironment,
    TELEGRAM_API_ROOT: telegram.url,
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
  };
  return {
    environment: shared,
    redis,
    telegram,
    store,
    get,
    async worker(environment = {}, restToken = redis.token) {
      const port = await freePort();
      const program = startProgram('services/bot/main.ts', {
        ...shared,
        UPSTASH_REDIS_REST_TOKEN: restToken,
        BOT_METRICS_PORT: String(port),
        ...environment,
      });
      const base = `http://127.0.0.1:${port}`;
      const worker = { ...program, healthUrl: `${base}/healthz`, metricsUrl: `${base}/metrics` };
      workers.push(worker);
      return worker;
    },
    lockOtherThan: (not = null) =>
      until('the lock changes hands', async () => {
        const value = await get(keys.lock);
        return value === null || value === not || value.includes('"quarantine"') ? undefined : value;
      }),
    async stop() {
      await Promise.all(workers.map((worker) => worker.destroy()));
      await telegram.stop();
      await redis.stop();
    },
  };
}

/** Reads everything that the store knows about the bot. */
export function observe(store: UpstashStore) {
  return redisOutageStore(store, keys).observe({ noteRun: false });
}
