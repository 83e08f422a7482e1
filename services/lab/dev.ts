/**
 * The bot as a developer runs it: `npm run dev`. The production worker, with the settings of `.env`, against the real
 * Telegram.
 *
 * Variables of the environment win over those of `.env`. Without `UPSTASH_REDIS_REST_URL` the store is an embedded one,
 * which lives as long as this process. The worker itself makes development safe: it refuses a production token (78),
 * respects a lock that another worker holds and names the holder (75), and drops pending updates on stop. This program
 * also refuses the production environment. Signals go to the worker, and its exit code is this program's.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { readEnvFile } from '../adapters/env-file.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { exitCodes } from '../core/platform/exit-codes.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { startOrphanReaper } from './processes/orphan-reaper.ts';
import { onStopSignals } from './processes/stop-signals.ts';
import { startLabRedis } from './redis-rest/lab-redis.ts';
import { seedEpoch } from './redis-rest/seed-epoch.ts';
import { devProblems, hasOwnStore, keyPrefixOf, withStore } from './settings/dev-settings.ts';

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
  const problems = devProblems(environment, { hasEnvFile: file !== undefined });
  if (problems.length > 0) {
    process.stderr.write(problems.map((problem) => `${problem}\n`).join(''));
    return exitCodes.configuration;
  }
  if (hasOwnStore(environment)) return runWorker(environment);
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
