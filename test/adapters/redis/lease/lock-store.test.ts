import { beforeEach, describe, expect, it } from 'vitest';
import { redisLockOverride } from '../../../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../../../services/adapters/redis/lease/lock-store.ts';
import type {
  AcquireReply,
  LockOverride,
  PollingLockStore,
} from '../../../../services/core/lease/lock-store.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';

const keys = storeKeys('hr:');
const ttlMs = 30_000;
const ops = { who: 'ops', why: 'the bot does not answer' };

describeOnEachStore('the polling lock', (store) => {
  let lock: PollingLockStore & LockOverride;

  beforeEach(async () => {
    lock = { ...redisLockStore(store(), keys, '42'), ...redisLockOverride(store(), keys) };
    await store().command('SET', keys.epoch, '7');
  });

  const value = (): Promise<unknown> => store().command('GET', keys.lock);
  const remainingMs = async (key = keys.lock): Promise<number> => Number(await store().command('PTTL', key));
  const auditEvents = async (): Promise<unknown[]> => {
    const entries = (await store().command('XRANGE', keys.audit, '-', '+')) as unknown as [
      string,
      string[],
    ][];
    return entries.map(([, fields]) => fields[fields.indexOf('event') + 1]);
  };

  describe('acquire', () => {
    it('takes a free lock, raises the epoch and returns the store’s time', async () => {
      const before = await store().nowMs();
      const reply = (await lock.acquire('a', ttlMs)) as AcquireReply & { kind: 'acquired' };
      expect(reply).toMatchObject({ kind: 'acquired', epoch: 8 });
      expect(reply.storeTimeMs).toBeGreaterThanOrEqual(before);
      expect(reply.storeTimeMs - before).toBeLessThan(60_000);
      expect(await value()).toBe('a');
      expect(await remainingMs()).toBeGreaterThan(ttlMs - 5000);
      expect(await auditEvents()).toEqual(['acquired']);
    });

    it('refreshes the term’s own lock when repeated, without a new epoch or a second audit entry', async () => {
      await lock.acquire('a', ttlMs);
      await store().elapse(20_000);
      expect(await lock.acquire('a', ttlMs)).toMatchObject({ kind: 'acquired', epoch: 8 });
      expect(await remainingMs()).toBeGreaterThan(ttlMs - 5000);
      expect(await auditEvents()).toEqual(['acquired']);
    });

    it('leaves another’s lock untouched and returns its holder and remaining TTL', async () => {
      await store().command('SET', keys.lock, 'a foreign value', 'PX', '5000');
      const reply = (await lock.acquire('a', ttlMs)) as AcquireReply & { kind: 'held' };
      expect(reply).toMatchObject({ kind: 'held', held: { value: 'a foreign value' } });
      expect(reply.held.ttlMs).toBeGreaterThan(0);
      expect(reply.held.ttlMs).toBeLessThanOrEqual(5000);
      expect(await value()).toBe('a foreign value');
      expect(await remainingMs()).toBeLessThanOrEqual(5000);
      expect(await store().command('GET', keys.epoch)).toBe('7');
    });

    it('reports that a lock has no expiry', async () => {
      await store().command('SET', keys.lock, 'for ever');
      expect(await lock.acquire('a', ttlMs)).toMatchObject({ kind: 'held', held: { ttlMs: null } });
    });

    it('begins a quarantine of one TTL when the store has no epoch', async () => {
      await store().flush();
      expect(await lock.acquire('a', ttlMs)).toMatchObject({ kind: 'quarantined' });
      expect(await lock.acquire('b', ttlMs)).toMatchObject({ kind: 'held' });
      await store().elapse(ttlMs + 1);
      expect(await lock.acquire('b', ttlMs)).toMatchObject({ kind: 'acquired', epoch: 1 });
    });

    it('does not refresh the term’s own lock once it is revoked', async () => {
      await lock.acquire('a', ttlMs);
      await lock.revoke('a', ops);
      await store().elapse(20_000);
      expect(await lock.acquire('a', ttlMs)).toMatchObject({ kind: 'held', held: { value: 'a' } });
      expect(await remainingMs()).toBeLessThanOrEqual(10_000);
    });
  });

  describe('the bot', () => {
    const bot = (): Promise<unknown> => store().command('GET', keys.bot);
    const acquireAs = (botId: string, own: string) =>
      redisLockStore(store(), keys, botId).acquire(own, ttlMs);

    it('of the first acquire owns the store, whatever its secret', async () => {
      await lock.acquire('a', ttlMs);
      expect(await bot()).toBe('42');
      await lock.release('a', 'clean');
      expect(await acquireAs('42', 'b')).toMatchObject({ kind: 'acquired' });
    });

    it('of the first acquire owns an empty store during the quarantine already', async () => {
      await store().flush();
      await lock.acquire('a', ttlMs);
      expect(await bot()).toBe('42');
    });

    it.each([
      ['is free', ''],
      ['is held', 'SET'],
      ['is in quarantine', 'DEL'],
    ])('keeps another one out if the lock %s: nothing is touched', async (_what, command) => {
      await store().command('SET', keys.bot, '42');
      if (command === 'SET') await store().command('SET', keys.lock, 'held', 'PX', '5000');
      if (command === 'DEL') await store().command('DEL', keys.epoch);
      const before = await store().command('KEYS', '*');
      expect(await acquireAs('7', 'b')).toEqual({ kind: 'other bot', botId: '7', storeBotId: '42' });
      expect(await store().command('KEYS', '*')).toEqual(before);
      expect(await bot()).toBe('42');
      expect(await value()).toBe(command === 'SET' ? 'held' : null);
    });

    it('is not written by a refused start: an older worker may hold the lock', async () => {
      await store().command('SET', keys.lock, 'held', 'PX', '5000');
      expect(await acquireAs('7', 'b')).toMatchObject({ kind: 'held' });
      expect(await bot()).toBeNull();
    });

    it('is put back by the next renewal if it was lost, and never replaced', async () => {
      await lock.acquire('a', ttlMs);
      await store().command('DEL', keys.bot);
      await lock.renew('a', ttlMs, { finishedUpdateIds: [1] });
      expect(await bot()).toBe('42');
      await redisLockStore(store(), keys, '7').renew('a', ttlMs, {});
      expect(await bot()).toBe('42');
    });
  });

  describe('an epoch that was lost alone', () => {
    const nowSeconds = async (): Promise<number> => Math.floor((await store().nowMs()) / 1000);

    it.each([
      ['journal', (key: string) => ['HSET', key, '1', '1 8 8 0 {}']],
      ['dead', (key: string) => ['HSET', key, '1', '1 8 8 0 {}']],
      ['heartbeat', (key: string) => ['SET', key, '{}']],
    ] as const)('goes on above every earlier one if there is a %s', async (key, write) => {
      await store().command('DEL', keys.epoch);
      await store().command(...write(keys[key]));
      const startSeconds = await nowSeconds();
      expect(await lock.acquire('a', ttlMs)).toMatchObject({ kind: 'quarantined' });
      await store().elapse(ttlMs + 1);
      const reply = (await lock.acquire('a', ttlMs)) as AcquireReply & { kind: 'acquired' };
      expect(reply.epoch).toBeGreaterThan(startSeconds);
      await lock.release('a', 'clean');
      expect(await lock.acquire('b', ttlMs)).toMatchObject({ kind: 'acquired', epoch: reply.epoch + 1 });
    });

    it('while the lock is held keeps others out until the lock is gone', async () => {
      await lock.acquire('a', ttlMs);
      await store().command('DEL', keys.epoch);
      expect(await lock.acquire('b', ttlMs)).toMatchObject({ kind: 'held', held: { value: 'a' } });
    });

    it('never makes a repeated acquire a term of epoch 0', async () => {
      await lock.acquire('a', ttlMs);
      await store().command('HSET', keys.journal, '1', '1 8 8 0 {}');
      await store().command('DEL', keys.epoch);
      const reply = (await lock.acquire('a', ttlMs)) as AcquireReply & { kind: 'acquired' };
      expect(reply.epoch).toBeGreaterThan(8);
    });
  });

  describe('renew', () => {
    it('renews the term’s own lock, writes the heartbeat and removes finished updates in one step', async () => {
      await lock.acquire('a', ttlMs);
      await store().command('HSET', keys.journal, '1', 'x', '2', 'y', '3', 'z');
      await store().elapse(20_000);
      const reply = await lock.renew('a', ttlMs, { heartbeat: '{"ts":1}', finishedUpdateIds: [1, 3] });
      expect(reply.kind).toBe('renewed');
      expect(await remainingMs()).toBeGreaterThan(ttlMs - 5000);
      expect(await store().command('GET', keys.heartbeat)).toBe('{"ts":1}');
      expect(await remainingMs(keys.heartbeat)).toBeGreaterThan(6 * 86_400_000);
      expect(await store().command('HKEYS', keys.journal)).toEqual(['2']);
    });

    it('writes no heartbeat without one', async () => {
      await lock.acquire('a', ttlMs);
      await lock.renew('a', ttlMs, {});
      expect(await store().command('EXISTS', keys.heartbeat)).toBe(0);
    });

    it('writes why polls fail into the stored heartbeat, and nothing else', async () => {
      await lock.acquire('a', ttlMs);
      const beat = { host: 'h', ts: '2026-03-01T03:00:00Z', last_error: null, in_flight: 2, epoch: 7 };
      await lock.renew('a', ttlMs, { heartbeat: JSON.stringify(beat) });
      const stored = async () => JSON.parse(String(await store().command('GET', keys.heartbeat)));
      const errors = ['getUpdates: 502', '","in_flight":7,"last_error":null', 'a\\"b %1 ы 😀', ''];
      for (const pollError of errors) {
        await lock.renew('a', ttlMs, { pollError, finishedUpdateIds: [1] });
        expect(await stored()).toEqual({ ...beat, last_error: pollError });
      }
      expect(await remainingMs(keys.heartbeat)).toBeGreaterThan(6 * 86_400_000);
      await lock.renew('a', ttlMs, { heartbeat: JSON.stringify(beat) });
      expect(await stored()).toEqual(beat);
    });

    it('leaves a heartbeat of another form alone when polls fail', async () => {
      await lock.acquire('a', ttlMs);
      expect((await lock.renew('a', ttlMs, { pollError: 'x' })).kind).toBe('renewed');
      expect(await store().command('EXISTS', keys.heartbeat)).toBe(0);
      await store().command('SET', keys.heartbeat, '{"ts":1}');
      expect((await lock.renew('a', ttlMs, { pollError: 'x' })).kind).toBe('renewed');
      expect(await store().command('GET', keys.heartbeat)).toBe('{"ts":1}');
      await store().command('DEL', keys.heartbeat);
      await store().command('RPUSH', keys.heartbeat, 'a list');
      expect((await lock.renew('a', ttlMs, { pollError: 'x' })).kind).toBe('renewed');
    });

    it('creates neither a lock nor a heartbeat', async () => {
      expect(await lock.renew('a', ttlMs, { heartbeat: '{}' })).toEqual({ kind: 'lost' });
      expect(await store().command('EXISTS', keys.lock, keys.heartbeat)).toBe(0);
    });

    it('leaves another’s lock and heartbeat untouched', async () => {
      await store().command('SET', keys.lock, 'b', 'PX', '5000');
      await store().command('SET', keys.heartbeat, 'of b');
      expect(await lock.renew('a', ttlMs, { heartbeat: 'of a' })).toEqual({ kind: 'lost' });
      expect(await remainingMs()).toBeLessThanOrEqual(5000);
      expect(await store().command('GET', keys.heartbeat)).toBe('of b');
    });

    it('does not renew a revoked lock', async () => {
      await lock.acquire('a', ttlMs);
      await lock.revoke('a', ops);
      await store().elapse(20_000);
      const before = await store().nowMs();
      const reply = await lock.renew('a', ttlMs, { heartbeat: '{}' });
      if (reply.kind !== 'revoked') throw new Error('still the holder’s');
      expect(reply.storeTimeMs - before).toBeGreaterThanOrEqual(0);
      expect(reply.storeTimeMs - before).toBeLessThan(60_000);
      expect(await remainingMs()).toBeLessThanOrEqual(10_000);
      expect(await store().command('EXISTS', keys.heartbeat)).toBe(0);
    });

    it('ignores a mark for another holder', async () => {
      await lock.acquire('a', ttlMs);
      await store().command('SET', keys.lockRevoked, 'an earlier term');
      expect((await lock.renew('a', ttlMs, {})).kind).toBe('renewed');
    });
  });

  describe('release', () => {
    it('deletes the term’s own lock and its mark, and wakes the standbys', async () => {
      await lock.acquire('a', ttlMs);
      await lock.revoke('a', ops);
      const woken = Promise.withResolvers<string>();
      const unsubscribe = await store().subscribe(keys.wakeChannel, woken.resolve);
      expect(await lock.release('a', 'clean')).toBe(true);
      expect(await woken.promise).toBe('released');
      unsubscribe();
      expect(await store().command('EXISTS', keys.lock, keys.lockRevoked)).toBe(0);
      expect(await auditEvents()).toEqual(['acquired', 'revoked', 'released']);
    });

    it('records a dirty hand-off', async () => {
      await lock.acquire('a', ttlMs);
      await lock.release('a', 'dirty');
      expect(await auditEvents()).toEqual(['acquired', 'lost']);
    });

    it('returns false the second time and changes nothing', async () => {
      await lock.acquire('a', ttlMs);
      await lock.release('a', 'clean');
      await lock.acquire('b', ttlMs);
      expect(await lock.release('a', 'clean')).toBe(false);
      expect(await value()).toBe('b');
    });
  });

  describe('revoke', () => {
    it('marks the holder for the lock’s remaining TTL', async () => {
      await lock.acquire('a', ttlMs);
      await store().elapse(10_000);
      expect(await lock.revoke('a', ops)).toBe(true);
      expect(await store().command('GET', keys.lockRevoked)).toBe('a');
      expect(await remainingMs(keys.lockRevoked)).toBeLessThanOrEqual(20_000);
      expect(await value()).toBe('a');
    });

    it('leaves one audit entry, however often it is repeated', async () => {
      await lock.acquire('a', ttlMs);
      await lock.revoke('a', ops);
      expect(await lock.revoke('a', ops)).toBe(true);
      expect(await auditEvents()).toEqual(['acquired', 'revoked']);
    });

    it('leaves a lock with a new holder untouched', async () => {
      await lock.acquire('b', ttlMs);
      expect(await lock.revoke('a', ops)).toBe(false);
      expect(await store().command('EXISTS', keys.lockRevoked)).toBe(0);
    });

    it('sets a mark without expiry on a lock without expiry', async () => {
      await store().command('SET', keys.lock, 'for ever');
      expect(await lock.revoke('for ever', ops)).toBe(true);
      expect(await remainingMs(keys.lockRevoked)).toBe(-1);
    });
  });

  describe('break', () => {
    it('deletes exactly this value, records who and why, and wakes the standbys', async () => {
      await lock.acquire('a', ttlMs);
      const woken = Promise.withResolvers<string>();
      const unsubscribe = await store().subscribe(keys.wakeChannel, woken.resolve);
      expect(await lock.break('a', ops)).toBe(true);
      expect(await woken.promise).toBe('broken');
      unsubscribe();
      expect(await value()).toBeNull();
      const entries = JSON.stringify(await store().command('XREVRANGE', keys.audit, '+', '-', 'COUNT', '1'));
      expect(entries).toContain('"event","broken","who","ops","why","the bot does not answer","before","a"');
    });

    it('records the end of a task under an event of its own', async () => {
      await lock.acquire('a', ttlMs);
      await lock.break('a', { who: 'ecs', why: 'its task stopped' }, 'task-stopped');
      const entries = JSON.stringify(await store().command('XREVRANGE', keys.audit, '+', '-', 'COUNT', '1'));
      expect(entries).toContain('"event","task-stopped","who","ecs"');
    });

    it('leaves a lock with a new holder untouched', async () => {
      await lock.acquire('b', ttlMs);
      expect(await lock.break('a', ops)).toBe(false);
      expect(await value()).toBe('b');
    });
  });

  it('reads the lock with its remaining TTL, or its absence', async () => {
    expect(await lock.read()).toBeUndefined();
    await lock.acquire('a', ttlMs);
    expect(await lock.read()).toMatchObject({ value: 'a' });
    expect((await lock.read())?.ttlMs).toBeGreaterThan(ttlMs - 5000);
  });

  it('caps the audit stream', async () => {
    const fill = "for i = 1, 1100 do redis.call('XADD', KEYS[1], '*', 'event', 'acquired') end return 1";
    await store().command('EVAL', fill, '1', keys.audit);
    await lock.acquire('a', ttlMs);
    expect(await store().command('XLEN', keys.audit)).toBe(1000);
  });
});
