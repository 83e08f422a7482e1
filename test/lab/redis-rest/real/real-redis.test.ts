/** The connection to a real redis-server: what happens when it breaks or the server goes away. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../../services/adapters/system-clock.ts';
import type { Backend } from '../../../../services/lab/redis-rest/backend.ts';
import { realRedis } from '../../../../services/lab/redis-rest/real/real-redis.ts';
import {
  type RedisServerProcess,
  startRedisServer,
} from '../../../../services/lab/redis-rest/redis-server-process.ts';
import { realTool } from '../../../support/real-tools.ts';

const redisServer = realTool('redis-server');

describe.skipIf(redisServer === undefined)('realRedis', () => {
  let server: RedisServerProcess;
  let redis: Backend;
  beforeEach(async () => {
    server = await startRedisServer(redisServer ?? '', systemClock);
    redis = realRedis(server.socketPath);
  });
  afterEach(async () => {
    await redis.close();
    await server.stop();
  });

  it('fails open commands when the connection breaks, and reconnects for the next ones', async () => {
    expect(await redis.execute(['SET', 'k', 'v'])).toMatchObject({ text: 'OK' });
    const cut = redis.execute(['CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'no']);
    const underWay = redis.execute(['GET', 'k']);
    await Promise.allSettled([cut]);
    await expect(underWay).rejects.toMatchObject({ code: 'REDIS_CONNECTION_LOST' });
    expect(await redis.execute(['GET', 'k'])).toBe('v');
  });

  it('answers many requests at once, each with its own reply', async () => {
    const replies = await Promise.all(
      Array.from({ length: 500 }, (_, n) => redis.execute(['ECHO', String(n)])),
    );
    expect(replies).toEqual(Array.from({ length: 500 }, (_, n) => String(n)));
  });

  it('notifies listeners when the server ends, and fails commands', async () => {
    const ended = vi.fn();
    const events: string[] = [];
    redis.listen(
      { kind: 'subscribe', names: ['c'] },
      { onEvent: (event) => events.push(event), onEnd: ended },
    );
    await vi.waitFor(() => expect(events).toEqual(['subscribe,c,1']));
    await server.stop();
    await vi.waitFor(() => expect(ended).toHaveBeenCalledOnce());
    await expect(redis.execute(['PING'])).rejects.toMatchObject({ code: 'REDIS_CONNECTION_LOST' });
  });

  it('does not notify a stopped listener', async () => {
    const ended = vi.fn();
    const events: string[] = [];
    const stop = redis.listen(
      { kind: 'psubscribe', names: ['c*'] },
      { onEvent: (event) => events.push(event), onEnd: ended },
    );
    await vi.waitFor(() => expect(events).toEqual(['psubscribe,c*,1']));
    stop();
    await vi.waitFor(async () => expect(await redis.execute(['PUBLISH', 'c1', 'x'])).toBe(0));
    expect(events).toHaveLength(1);
    expect(ended).not.toHaveBeenCalled();
  });
});

describe('startRedisServer', () => {
  it('reports a server that does not come up, with its output', async () => {
    await expect(startRedisServer('/bin/false', systemClock)).rejects.toThrow(/redis-server did not come up/);
    await expect(startRedisServer('/nowhere/redis-server', systemClock)).rejects.toThrow(/did not come up/);
  });
});
