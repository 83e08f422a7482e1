/**
 * The bot as a developer runs it: `npm run dev`. The production worker, with the settings of `.env`, against the real
 * Telegram. With `--watch` each saved version of the handlers takes over from the one before.
 *
 * Variables of the environment win over those of `.env`. Without `UPSTASH_REDIS_REST_URL` the store is an embedded one,
 * which lives as long as this process. The worker itself makes development safe: it refuses a production token (78),
 * respects a lock that another worker holds (75), and drops pending updates on stop. This program also refuses the
 * production environment, and names another copy that runs (75). Signals go to the worker, and its exit code is this
 * program's.
 */
import { hostname } from 'node:os';
import { readEnvFile } from '../adapters/env-file.ts';
import { obeyProxy } from '../adapters/proxy.ts';
import { redisLockOverride } from '../adapters/redis/lease/lock-override.ts';
import { upstashStore } from '../adapters/redis/upstash-store.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { botIdOf } from '../core/platform/bot-token.ts';
import { exitCodes } from '../core/platform/exit-codes.ts';
import { storeKeys } from '../core/platform/store-keys.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Settings } from '../core/settings/settings.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { makeCompileCache } from './processes/compile-cache.ts';
import { startOrphanReaper } from './processes/orphan-reaper.ts';
import { onStopSignals } from './processes/stop-signals.ts';
import { startLabRedis } from './redis-rest/lab-redis.ts';
import { seedEpoch } from './redis-rest/seed-epoch.ts';
import {
  hasOwnStore,
  readDevSettings,
  readWatch,
  type WatchedHandlers,
  withStore,
} from './settings/dev-settings.ts';
import { leaveNote, otherCopy } from './single-copy.ts';
import { DevWorkers } from './watch/dev-workers.ts';
import { describeView, HandlersWatch } from './watch/handlers-watch.ts';
import { Preflight } from './watch/preflight.ts';

process.exit(await main());

async function main(): Promise<number> {
  try {
    return await run(readEnvFile());
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    return exitCodes.configuration;
  }
}

interface DevRun {
  readonly environment: Environment;
  readonly settings: Settings;
  /** In watch mode. */
  readonly watched: WatchedHandlers | undefined;
}

/** @param file the variables of `.env`; undefined without the file */
async function run(file: Environment | undefined): Promise<number> {
  const environment: Environment = { ...file, ...process.env };
  const read = readDevSettings(environment, { hasEnvFile: file !== undefined });
  if (!read.ok) return refuse(read.problems, exitCodes.configuration);
  const watched = readWatch(process.argv.slice(2), environment);
  if (typeof watched === 'string') return refuse([watched], exitCodes.configuration);
  obeyProxy(environment);
  const { settings } = read;
  const dev = { environment, settings, watched };
  return hasOwnStore(environment) ? await runOnSharedStore(dev) : await runOnEmbeddedStore(dev);
}

async function runOnSharedStore(dev: DevRun): Promise<number> {
  const { settings } = dev;
  const problem = settings.lockBusy === 'exit' ? otherCopy(await heldLock(settings)) : undefined;
  return problem === undefined ? await runWorkers(dev) : refuse([problem], exitCodes.lockHeldByAnother);
}

/** Undefined too if the store cannot be read: the worker says why. */
async function heldLock({ store, lease }: Settings): Promise<string | undefined> {
  const { url, token, keyPrefix } = store;
  const client = upstashStore({ url, token, timeoutMs: lease.rpcTimeoutMs });
  try {
    return ((await client.command(['GET', storeKeys(keyPrefix).lock])) ?? undefined) as string | undefined;
  } catch {
    return undefined;
  }
}

async function runOnEmbeddedStore(dev: DevRun): Promise<number> {
  const note = leaveNote(botIdOf(dev.settings.botToken), {
    host: hostname(),
    pid: process.pid,
    env: 'development',
    ts: new Date(clock.wallMs()).toISOString(),
    owner: random.token(),
  });
  if (typeof note === 'string') return refuse([otherCopy(note) ?? note], exitCodes.lockHeldByAnother);
  try {
    return await withEmbeddedStore(dev);
  } finally {
    note.remove();
  }
}

function refuse(problems: readonly string[], code: number): number {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return code;
}

async function withEmbeddedStore(dev: DevRun): Promise<number> {
  const { environment, settings } = dev;
  const token = random.token();
  const redis = await startLabRedis({ port: 0, tokens: [token], redisServerPath: undefined, clock });
  try {
    const { url } = redis.rest;
    const store = { url, token, keyPrefix: settings.store.keyPrefix };
    await seedEpoch(store);
    process.stderr.write('UPSTASH_REDIS_REST_URL is not set: using an embedded store, forgotten on stop\n');
    return await runWorkers({
      ...dev,
      environment: withStore(environment, store),
      settings: { ...settings, store },
    });
  } finally {
    await redis.stop();
  }
}

async function runWorkers({ settings, watched, ...dev }: DevRun): Promise<number> {
  const cache = watched === undefined ? undefined : await makeCompileCache();
  const environment = { ...dev.environment, ...cache?.environment };
  const orphanReaper = startOrphanReaper(cache?.folder);
  const workers = new DevWorkers({ clock, environment, onPids: (pids) => orphanReaper.watch(pids) });
  const watch =
    watched === undefined ? undefined : watchHandlers(watched, workers, { environment, settings });
  onStopSignals(clock, {
    startedByNpm: process.env['npm_command'] !== undefined,
    onStop: () => {
      void watch?.stop();
      workers.kill('SIGTERM');
    },
    onSecondSignal: () => workers.kill('SIGKILL'),
  });
  workers.start();
  watch?.start();
  const code = await workers.ended;
  await watch?.stop();
  orphanReaper.watch([]);
  await orphanReaper.stop();
  return code;
}

function watchHandlers(
  handlers: WatchedHandlers,
  workers: DevWorkers,
  { environment, settings: { store, lease } }: Pick<DevRun, 'environment' | 'settings'>,
): HandlersWatch {
  const client = upstashStore({ ...store, timeoutMs: lease.rpcTimeoutMs });
  const lock = redisLockOverride(client, storeKeys(store.keyPrefix));
  const watch = new HandlersWatch({
    ...handlers,
    clock,
    preflight: new Preflight({ clock, environment }),
    deploy: (stop) => workers.replace(lock, stop),
  });
  watch.onChange((view) => {
    const line = describeView(view);
    if (line !== undefined) process.stderr.write(`${line}\n`);
  });
  return watch;
}
