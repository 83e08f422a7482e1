/**
 * How long polling pauses when the leader goes: from the signal to the standby's first poll.
 *
 * Real workers, the lab's store and Bot API server, and the default lease. `stopped` is SIGTERM, as in a deploy. `killed
 * and reported` is kill -9 with the ECS event that breaks the dead task's lock. `killed` is kill -9 alone: the standby
 * waits for the rest of the lease.
 */

import { redisLockOverride } from '../../services/adapters/redis/lease/lock-override.ts';
import { upstashStore } from '../../services/adapters/redis/upstash-store.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { findExecutable } from '../../services/lab/processes/find-executable.ts';
import { type LabRedis, startLabRedis } from '../../services/lab/redis-rest/lab-redis.ts';
import { seedEpoch } from '../../services/lab/redis-rest/seed-epoch.ts';
import { type RunningEmulator, startTelegramEmulator } from '../../services/lab/telegram-emulator/server.ts';
import { freePort, type Program, startProgram } from '../support/program.ts';

const ways = ['stopped', 'killed and reported', 'killed'] as const;
type Way = (typeof ways)[number];

export interface HandOver {
  readonly way: Way;
  readonly rounds: number;
  readonly medianMs: number;
  readonly longestMs: number;
}

const token = '4242424242:AAtoken-of-the-hand-over-bench-0123';
const restToken = 'rest-token-of-the-hand-over-bench';
const storeTimeoutMs = 3000;

export async function measureHandOver(rounds: Readonly<Record<Way, number>>): Promise<readonly HandOver[]> {
  const redisServerPath = findExecutable('redis-server', process.env.PATH ?? '');
  const redis = await startLabRedis({ port: 0, tokens: [restToken], redisServerPath, clock: systemClock });
  const telegram = await startTelegramEmulator({});
  try {
    await seedEpoch({ url: redis.rest.url, token: restToken, keyPrefix: '' });
    const results: HandOver[] = [];
    for (const way of ways) {
      const gapsMs: number[] = [];
      for (let round = 0; round < rounds[way]; round++) gapsMs.push(await oneHandOver(way, redis, telegram));
      const sorted = gapsMs.toSorted((a, b) => a - b);
      const medianMs = Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
      results.push({
        way,
        rounds: rounds[way],
        medianMs,
        longestMs: Math.round(sorted.at(-1) ?? Number.NaN),
      });
    }
    return results;
  } finally {
    await telegram.close();
    await redis.stop();
  }
}

async function oneHandOver(way: Way, redis: LabRedis, telegram: RunningEmulator): Promise<number> {
  const leader = await startWorker(redis, telegram);
  await leader.says(/leading/);
  const standby = await startWorker(redis, telegram);
  await standby.says(/standing by/);
  try {
    const startedMs = systemClock.monotonicMs();
    leader.signal(way === 'stopped' ? 'SIGTERM' : 'SIGKILL');
    if (way !== 'stopped') await leader.ended;
    // No update is pending, so the old leader has nothing to confirm: the next poll is the new leader's.
    const before = pollsOf(telegram);
    if (way === 'killed and reported') await breakLock(redis);
    while (pollsOf(telegram) === before) await systemClock.sleep(1);
    return systemClock.monotonicMs() - startedMs;
  } finally {
    standby.signal('SIGTERM');
    await Promise.all([leader.destroy(), standby.ended]);
  }
}

function pollsOf(telegram: RunningEmulator): number {
  return telegram.state(token).calls['getUpdates'] ?? 0;
}

/** What the ops function does when ECS reports that the holder's task has stopped. */
async function breakLock(redis: LabRedis): Promise<void> {
  const store = upstashStore({ url: redis.rest.url, token: restToken, timeoutMs: storeTimeoutMs });
  const lock = redisLockOverride(store, storeKeys(''));
  const held = await lock.read();
  if (held !== undefined)
    await lock.break(held.value, { who: 'ecs', why: 'the task stopped' }, 'task-stopped');
}

async function startWorker(redis: LabRedis, telegram: RunningEmulator): Promise<Program> {
  return startProgram('services/bot/main.ts', {
    ENVIRONMENT: 'production',
    TELEGRAM_BOT_TOKEN_PROD: token,
    TELEGRAM_API_ROOT: telegram.url,
    UPSTASH_REDIS_REST_URL: redis.rest.url,
    UPSTASH_REDIS_REST_TOKEN: restToken,
    BOT_METRICS_PORT: String(await freePort()),
  });
}
