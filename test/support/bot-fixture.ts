/** A store, a Bot API server and workers as real processes: what most process tests stand on. */
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
  /** Starts a worker; `restToken` says as which client of the store. */
  worker(environment?: Readonly<Record<string, string>>, restToken?: string): Promise<WorkerProcess>;
  /** The lock's value once it differs from `not`. */
  lockOtherThan(not?: string | null): Promise<string>;
  get(key: string): Promise<string | null>;
  stop(): Promise<void>;
}

export const keys = storeKeys('');

/** The environment of a worker in production, with a lease short enough for tests. */
const usual = {
  ENVIRONMENT: 'production',
  TELEGRAM_BOT_TOKEN_PROD: botToken,
  SUPERADMIN_TELEGRAM_IDS: String(superadminId),
  POLLING_LOCK_TTL_SECONDS: '3',
  POLLING_LOCK_RENEW_SECONDS: '1',
  HEARTBEAT_INTERVAL_SECONDS: '1',
  LONG_POLL_TIMEOUT_SECONDS: '5',
  DRAIN_TIMEOUT_SECONDS: '5',
};

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
  return {
    redis,
    telegram,
    store,
    get,
    async worker(environment = {}, restToken = redis.token) {
      const port = await freePort();
      const program = startProgram('services/bot/main.ts', {
        ...usual,
        TELEGRAM_API_ROOT: telegram.url,
        UPSTASH_REDIS_REST_URL: redis.url,
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

/** One look at everything that the store knows of the bot. */
export function observe(store: UpstashStore) {
  return redisOutageStore(store, keys).observe({ noteRun: false });
}
