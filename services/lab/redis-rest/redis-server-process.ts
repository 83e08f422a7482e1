/**
 * A real `redis-server` as a child process, on a Unix socket in a directory of its own.
 *
 * Guarantees: those of `SupervisedProcess`; it writes to no other place on the disk.
 *
 * Tested by: test/lab/redis-rest/real/real-redis.test.ts
 */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../core/platform/clock.ts';
import { SupervisedProcess } from '../processes/supervised-process.ts';

export interface RedisServerProcess {
  readonly socketPath: string;
  /** Resolves when the server has ended, even unasked. */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const readyWithinMs = 20_000;

/** `executable` is redis-server's path. If the server does not come up, throws with its last output. */
export async function startRedisServer(executable: string, clock: Clock): Promise<RedisServerProcess> {
  const directory = await mkdtemp(join(tmpdir(), 'staffprobot-redis-'));
  const socketPath = join(directory, 'redis.sock');
  const ready = Promise.withResolvers<boolean>();
  const server = new SupervisedProcess({
    executable,
    args: [
      ...['--port', '0', '--unixsocket', socketPath, '--unixsocketperm', '700', '--dir', directory],
      ...['--save', '', '--appendonly', 'no', '--daemonize', 'no', '--logfile', ''],
    ],
    directory,
    clock,
    onLine: (line) => {
      if (/ready to accept connections/i.test(line)) ready.resolve(true);
    },
  });
  void server.ended.then(() => ready.resolve(false));
  const waiting = new AbortController();
  void clock.sleep(readyWithinMs, waiting.signal).then(() => ready.resolve(false));
  const isReady = await ready.promise;
  waiting.abort();
  if (!isReady) {
    await server.stop();
    throw new Error(`redis-server did not come up; it said: ${server.lastLines.join(' | ')}`);
  }
  return { socketPath, ended: server.ended, stop: () => server.stop() };
}
