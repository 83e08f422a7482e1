/**
 * The lab's Redis REST server as a process of its own.
 *
 *     node services/lab/redis-rest/main.ts --port P --token T [--token T2 …] [--embedded]
 *
 * Prints `ready <url>` once it serves, in front of a real `redis-server` if one is on PATH, else, or with `--embedded`, of
 * the embedded store. `--port 0` takes a free port. A busy port and wrong arguments give one line each and exit code 78;
 * a redis-server that does not come up, or is lost, gives 69.
 *
 * SIGINT, SIGTERM and SIGHUP end it with exit code 0 and leave nothing behind. So does the end of standard input, if that
 * is a pipe that was open at the start: the program at its other end is gone.
 */
import { fstatSync } from 'node:fs';
import { systemClock } from '../../adapters/system-clock.ts';
import { type ExitCode, exitCodes } from '../../core/platform/exit-codes.ts';
import { findExecutable } from '../processes/find-executable.ts';
import { parseArguments, type RestArguments } from './arguments.ts';
import { type LabRedis, startLabRedis } from './lab-redis.ts';

function exitWith(code: ExitCode, lines: readonly string[]): never {
  process.stderr.write(lines.map((line) => `${line}\n`).join(''));
  process.exit(code);
}

function readArguments(): RestArguments {
  const parsed = parseArguments(process.argv.slice(2));
  return parsed.kind === 'arguments' ? parsed.arguments : exitWith(exitCodes.configuration, parsed.problems);
}

async function start({ port, tokens, embedded }: RestArguments): Promise<LabRedis> {
  const redisServerPath = embedded ? undefined : findExecutable('redis-server', process.env['PATH'] ?? '');
  try {
    return await startLabRedis({ port, tokens, redisServerPath, clock: systemClock });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') {
      return exitWith(exitCodes.configuration, [
        `--port: expected a free port, got ${port}, which is in use; choose another, or 0 for a free one`,
      ]);
    }
    if (code === 'EACCES') {
      return exitWith(exitCodes.configuration, [
        `--port: expected a port this user may listen on, got ${port}; choose one above 1023, or 0 for a free one`,
      ]);
    }
    return exitWith(exitCodes.storeUnreachable, [error instanceof Error ? error.message : String(error)]);
  }
}

interface StandardInput {
  /** Resolves when a pipe that was open at the start is closed; never, if there is no such pipe. */
  readonly end: Promise<void>;
}

/** Resolves once it is known whether there is an open pipe. */
async function watchInput(): Promise<StandardInput> {
  const never = new Promise<void>(() => undefined);
  const input = fstatSync(0, { throwIfNoEntry: false });
  if (!input?.isFIFO() && !input?.isSocket()) return { end: never };
  let ended = false;
  const end = new Promise<void>((resolve) => {
    process.stdin.on('error', () => undefined);
    process.stdin.on('end', () => {
      ended = true;
    });
    process.stdin.on('close', () => {
      ended = true;
      resolve();
    });
  });
  process.stdin.resume();
  // A pipe that was closed from the start shows it by then, and says nothing about the parent program.
  await systemClock.sleep(openAtStartMs);
  // Timers run before input is read; on a busy machine the end may still be unread.
  await systemClock.sleep(0);
  return { end: ended ? never : end };
}

const openAtStartMs = 50;
const watching = watchInput();
const redis = await start(readArguments());
let stopping = false;
const stop = (): void => {
  // Asked a second time: end at once. The redis-server ends with this process in any case.
  if (stopping) process.exit(exitCodes.cleanStop);
  stopping = true;
  redis.stop().then(
    () => process.exit(exitCodes.cleanStop),
    () => process.exit(exitCodes.bug),
  );
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
redis.storeLost.then(() => exitWith(exitCodes.storeUnreachable, ['redis-server ended unexpectedly']));
const { end: inputEnd } = await watching;
inputEnd.then(stop);
process.stdout.write(`ready ${redis.rest.url}\n`);
