/**
 * The bot as a developer runs it: `npm run dev`. The production worker, with the settings of `.env`, against the real
 * Telegram.
 *
 * Variables of the environment win over those of `.env`. Without `UPSTASH_REDIS_REST_URL` the store is an embedded one,
 * which lives as long as this process. The worker itself makes development safe: it refuses a production token (78),
 * respects a lock that another worker holds (75), and drops pending updates on stop. This program also refuses the
 * production environment, and names another copy that runs (75). Signals go to the worker, and its exit code is this
 * program's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readEnvFile } from '../adapters/env-file.ts';
import { obeyProxy } from '../adapters/proxy.ts';
import { upstashStore } from '../adapters/redis/upstash-store.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { botIdOf } from '../core/platform/bot-token.ts';
import { exitCodes } from '../core/platform/exit-codes.ts';
import { storeKeys } from '../core/platform/store-keys.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Settings } from '../core/settings/settings.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { startOrphanReaper } from './processes/orphan-reaper.ts';
import { onStopSignals } from './processes/stop-signals.ts';
import { startLabRedis } from './redis-rest/lab-redis.ts';
import { seedEpoch } from './redis-rest/seed-epoch.ts';
import { hasOwnStore, keyPrefixOf, readDevSettings, withStore } from './settings/dev-settings.ts';
import { leaveNote, otherCopy } from './single-copy.ts';

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

/** @param file the variables of `.env`; undefined without the file */
async function run(file: Environment | undefined): Promise<number> {
  const environment: Environment = { ...file, ...process.env };
  const read = readDevSettings(environment, { hasEnvFile: file !== undefined });
  if (!read.ok) return refuse(read.problems, exitCodes.configuration);
  obeyProxy(environment);
  const { settings } = read;
  return hasOwnStore(environment)
    ? await runOnSharedStore(environment, settings)
    : await runOnEmbeddedStore(environment, settings);
}

async function runOnSharedStore(environment: Environment, settings: Settings): Promise<number> {
  const problem = settings.lockBusy === 'exit' ? otherCopy(await heldLock(settings)) : undefined;
  return problem === undefined
    ? await runWorker(environment)
    : refuse([problem], exitCodes.lockHeldByAnother);
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

async function runOnEmbeddedStore(environment: Environment, { botToken }: Settings): Promise<number> {
  const note = leaveNote(botIdOf(botToken), {
    host: hostname(),
    pid: process.pid,
    env: 'development',
    ts: new Date(clock.wallMs()).toISOString(),
    owner: random.token(),
  });
  if (typeof note === 'string') return refuse([otherCopy(note) ?? note], exitCodes.lockHeldByAnother);
  try {
    return await withEmbeddedStore(environment);
  } finally {
    note.remove();
  }
}

function refuse(problems: readonly string[], code: number): number {
  process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
  return code;
}

async function withEmbeddedStore(environment: Environment): Promise<number> {
  const token = random.token();
  const redis = await startLabRedis({ port: 0, tokens: [token], redisServerPath: undefined, clock });
  try {
    const { url } = redis.rest;
    await seedEpoch({ url, token, keyPrefix: keyPrefixOf(environment) });
    process.stderr.write('UPSTASH_REDIS_REST_URL is not set: using an embedded store, forgotten on stop\n');
    return await runWorker(withStore(environment, { url, token }));
  } finally {
    await redis.stop();
  }
}

async function runWorker(environment: Environment): Promise<number> {
  const program = fileURLToPath(new URL('../bot/main.ts', import.meta.url));
  // In a session of its own, so that Ctrl-C reaches it only through this process, once, like every other signal.
  const worker = spawn(process.execPath, [program], { env: environment, stdio: 'inherit', detached: true });
  const ended = once(worker, 'close') as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  const orphanReaper = startOrphanReaper();
  if (worker.pid !== undefined) orphanReaper.watch([worker.pid]);
  onStopSignals(clock, {
    startedByNpm: process.env['npm_command'] !== undefined,
    onStop: () => worker.kill('SIGTERM'),
    onSecondSignal: () => worker.kill('SIGKILL'),
  });
  const [code, signal] = await ended;
  orphanReaper.watch([]);
  await orphanReaper.stop();
  return code ?? 128 + constants.signals[signal ?? 'SIGKILL'];
}
