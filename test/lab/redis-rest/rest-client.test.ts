/** The real client, with its defaults and with ours, against the REST server on both stores. */
import { Redis } from '@upstash/redis';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { realTool } from '../../support/real-tools.ts';
import { type RedisRest, type StoreKind, startRedisRest } from '../../support/redis-backends.ts';

describe('@upstash/redis on the embedded store', () => suite('embedded'));
describe.skipIf(realTool('redis-server') === undefined)('@upstash/redis on a real Redis', () =>
  suite('redis-server'),
);

function suite(store: StoreKind): void {
  let rest: RedisRest;
  let redis: Redis;
  beforeAll(async () => {
    rest = await startRedisRest({ store });
  });
  afterAll(() => rest.stop());
  beforeEach(async () => {
    redis = new Redis({ url: rest.url, token: rest.token, enableTelemetry: false });
    await redis.flushall();
  });

  it('reports which store it uses', () => {
    expect(rest.store).toBe(store);
  });

  it('sets, gets, counts and deletes', async () => {
    expect(await redis.set('k', 'v')).toBe('OK');
    expect(await redis.get('k')).toBe('v');
    expect(await redis.get('none')).toBeNull();
    expect(await redis.incr('n')).toBe(1);
    expect(await redis.del('k', 'n', 'none')).toBe(2);
    expect(await redis.ping()).toBe('PONG');
    expect(await redis.echo('эхо')).toBe('эхо');
  });

  it('takes a lock with nx and px, sent by the client in lower case', async () => {
    expect(await redis.set('lock', 'mine', { nx: true, px: 30_000 })).toBe('OK');
    expect(await redis.set('lock', 'theirs', { nx: true, px: 30_000 })).toBeNull();
    expect(await redis.get('lock')).toBe('mine');
    const left = await redis.pttl('lock');
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(30_000);
  });

  it.each(['plain', 'привет, мир', '🙂', 'OK', '"quoted"\n\\', '', ' ', '\u0000\u007f'])(
    'carries %j unharmed in both encodings',
    async (value) => {
      for (const responseEncoding of ['base64', false] as const) {
        const client = new Redis({
          url: rest.url,
          token: rest.token,
          responseEncoding,
          automaticDeserialization: false,
        });
        await client.set(`ключ:${value}`, value);
        expect(await client.get(`ключ:${value}`)).toBe(value);
        expect(await client.mget(`ключ:${value}`, 'none')).toEqual([value, null]);
      }
    },
  );

  it('stores and restores JSON', async () => {
    await redis.set('json', { a: [1, null, 'я'], b: true });
    expect(await redis.get('json')).toEqual({ a: [1, null, 'я'], b: true });
  });

  it('keeps hashes, lists and streams', async () => {
    expect(await redis.hset('h', { имя: 'бот', n: 1 })).toBe(2);
    expect(await redis.hgetall('h')).toEqual({ имя: 'бот', n: 1 });
    expect(await redis.hgetall('none')).toBeNull();
    await redis.lpush('l', 'a', 'b', 'c');
    await redis.ltrim('l', 0, 1);
    expect(await redis.lrange('l', 0, -1)).toEqual(['c', 'b']);
    const id = await redis.xadd(
      's',
      '*',
      { event: 'acquired', who: 'я' },
      { trim: { type: 'MAXLEN', threshold: 100, comparison: '~' } },
    );
    expect(await redis.xlen('s')).toBe(1);
    expect(await redis.xrange('s', '-', '+')).toEqual({ [id]: { event: 'acquired', who: 'я' } });
    expect(await redis.xrevrange('s', '+', '-', 1)).toEqual({ [id]: { event: 'acquired', who: 'я' } });
  });

  it('expires, scans and lists keys', async () => {
    await redis.mset({ 'k:1': 'a', 'k:2': 'b', other: 'c' });
    expect(await redis.expire('k:1', 100)).toBe(1);
    expect(await redis.ttl('k:1')).toBeGreaterThan(0);
    const [cursor, keys] = await redis.scan(0, { match: 'k:*', count: 100 });
    expect([cursor, [...keys].sort()]).toEqual(['0', ['k:1', 'k:2']]);
    expect((await redis.keys('*')).sort()).toEqual(['k:1', 'k:2', 'other']);
    expect(await redis.type('k:1')).toBe('string');
    expect(await redis.exists('k:1', 'none')).toBe(1);
    expect(await redis.dbsize()).toBe(3);
  });

  it('runs scripts by source and by digest', async () => {
    const source =
      "redis.call('SET', KEYS[1], ARGV[1]) return {redis.call('GET', KEYS[1]), #ARGV, false, 'я'}";
    expect(await redis.eval(source, ['k'], ['v'])).toEqual(['v', 1, null, 'я']);
    const sha1 = await redis.scriptLoad('return {KEYS[1], ARGV[1]}');
    expect(await redis.evalsha(sha1, ['k'], ['a'])).toEqual(['k', 'a']);
    expect(await redis.scriptExists(sha1, 'f'.repeat(40))).toEqual([1, 0]);
    await redis.scriptFlush();
    await expect(redis.evalsha(sha1, ['k'], ['a'])).rejects.toThrow(/NOSCRIPT No matching script/);
    expect(await redis.createScript<string>('return ARGV[1]').exec([], ['again'])).toBe('again');
  });

  it('reports the error of a command', async () => {
    await redis.lpush('l', 'a');
    await expect(redis.get('l')).rejects.toThrow(
      /WRONGTYPE Operation against a key holding the wrong kind of value/,
    );
    await expect(redis.eval('return redis.call("nope")', [], [])).rejects.toThrow(/Unknown Redis command/);
    await expect(redis.exec(['NOPE', 'a'])).rejects.toThrow(
      /ERR unknown command 'NOPE', with args beginning with: 'a' /,
    );
  });

  it('pipelines', async () => {
    const replies = await redis.pipeline().set('k', 'я').get('k').incr('n').lrange('l', 0, -1).exec();
    expect(replies).toEqual(['OK', 'я', 1, []]);
    const partly = await redis.pipeline().set('k', 'x').incr('k').get('k').exec({ keepErrors: true });
    expect(partly.map(({ result, error }) => result ?? error)).toEqual([
      'OK',
      expect.stringContaining('ERR value is not an integer or out of range'),
      'x',
    ]);
  });

  it('pipelines by itself', async () => {
    await redis.set('a', 'я');
    const replies = await Promise.all([
      redis.get('a'),
      redis.incr('n'),
      redis.get('none'),
      redis.set('b', 1),
    ]);
    expect(replies).toEqual(['я', 1, null, 'OK']);
  });

  it('runs transactions', async () => {
    expect(await redis.multi().set('k', '1').incr('k').get('k').exec()).toEqual(['OK', 2, 2]);
  });

  it('keeps a transaction together among other requests', async () => {
    await redis.set('n', 0);
    const counted = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        index % 2 === 0
          ? redis.multi().incr('n').incr('n').exec<[number, number]>()
          : redis.exec<number>(['INCR', 'n']),
      ),
    );
    for (const pair of counted) if (Array.isArray(pair)) expect(pair[1]).toBe(pair[0] + 1);
    expect(await redis.get('n')).toBe(60);
  });

  it('delivers published messages to subscribers', async () => {
    const heard: unknown[] = [];
    const subscriber = redis.subscribe<string>(['wake', 'канал']);
    subscriber.on('message', ({ channel, message }) => heard.push([channel, message]));
    await vi.waitFor(async () => {
      expect(await redis.publish('канал', 'ping')).toBe(1);
      expect(await redis.publish('wake', 'ping')).toBe(1);
    });
    await redis.publish('wake', 'привет');
    await redis.publish('канал', { json: 1 });
    await vi.waitFor(() => {
      expect(heard).toContainEqual(['wake', 'привет']);
      expect(heard).toContainEqual(['канал', { json: 1 }]);
    });
    await subscriber.unsubscribe();
  });

  it('delivers published messages to pattern subscribers', async () => {
    const heard: unknown[] = [];
    const subscriber = redis.psubscribe<unknown>(['wake:*']);
    subscriber.on('pmessage', (event) => heard.push(event));
    await vi.waitFor(async () => expect(await redis.publish('wake:a', '"первый"')).toBe(1));
    await vi.waitFor(() =>
      expect(heard).toContainEqual({ pattern: 'wake:*', channel: 'wake:a', message: 'первый' }),
    );
    await subscriber.unsubscribe();
  });
}
