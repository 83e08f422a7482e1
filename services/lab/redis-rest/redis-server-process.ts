/**
 * A real `redis-server` as a child process, on a Unix socket in a directory of its own.
 *
 * Guarantees: nothing is written to disk but that directory; when this process ends, however it ends (SIGKILL
 * too), the server and the directory go with it; a signal to this process's group (Ctrl-C) does not reach the
 * server before this process has decided what to do.
 *
 * How: the server is the child of a small shell that also holds the reading end of a pipe from here. The kernel
 * closes that pipe when this process is gone; the shell then ends the server and removes the directory.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../core/clock.ts';

export interface RedisServerProcess {
  readonly socketPath: string;
  /** Resolves when the server has ended, also when nobody asked it to. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const supervisor = `
directory=$1; shift
"$@" 3<&- & server=$!
( read -r _ <&3; kill "$server" ) & watcher=$!
wait "$server"
kill "$watcher"
rm -rf "$directory"
` as const;

const readyWithinMs = 20_000;
const stopWithinMs = 5_000;

/** `executable` is redis-server's path. Throws when the server does not come up, with what it said. */
export async function startRedisServer(executable: string, clock: Clock): Promise<RedisServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'staffprobot-redis-'));
  const socketPath = join(directory, 'redis.sock');
  const child = spawn(
    '/bin/sh',
    [
      ...['-c', supervisor, 'redis-supervisor', directory, executable],
      ...['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700', '--dir', directory],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--logfile', ''],
    ],
    { stdio: ['ignore', 'pipe', 'ignore', 'pipe'], detached: true },
  );
  const ended = once(child, 'close').then(
    () => undefined,
    () => undefined,
  );
  const stop = (): Promise<void> => stopServer({ child, ended, directory, clock });
  try {
    await untilReady(child, ended, clock);
  } catch (error) {
    await stop();
    throw error;
  }
  return { socketPath, ended, stop };
}

async function untilReady(child: ChildProcess, ended: Promise<void>, clock: Clock): Promise<void> {
  const output = child.stdout;
  if (output === null) throw new Error('redis-server was started without an output pipe');
  const lastLines: string[] = [];
  const lines = createInterface({ input: output });
  const ready = new Promise<boolean>((resolve) => {
    lines.on('line', (line) => {
      lastLines.splice(0, Math.max(0, lastLines.length - 4));
      lastLines.push(line);
      if (/ready to accept connections/i.test(line)) resolve(true);
    });
  });
  const waiting = new AbortController();
  const first = await Promise.race([
    ready,
    ended.then(() => false),
    clock.sleep(readyWithinMs, waiting.signal).then(() => false),
  ]);
  waiting.abort();
  if (!first) throw new Error(`redis-server did not come up; it said: ${lastLines.join(' | ')}`);
}

async function stopServer({
  child,
  ended,
  directory,
  clock,
}: {
  child: ChildProcess;
  ended: Promise<void>;
  directory: string;
  clock: Clock;
}): Promise<void> {
  const lifeline = child.stdio[3];
  if (lifeline !== null && lifeline !== undefined) lifeline.destroy();
  const waiting = new AbortController();
  const inTime = await Promise.race([
    ended.then(() => true),
    clock.sleep(stopWithinMs, waiting.signal).then(() => false),
  ]);
  waiting.abort();
  if (!inTime && child.pid !== undefined && child.exitCode === null) {
    process.kill(-child.pid, 'SIGKILL');
    await ended;
  }
  await rm(directory, { recursive: true, force: true });
}
