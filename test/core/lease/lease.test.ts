import { beforeEach, describe, expect, it } from 'vitest';
import { LockHeldError, OtherBotError } from '../../../services/core/lease/errors.ts';
import { readLockHolder } from '../../../services/core/lease/lock-value.ts';
import type { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { type FakeLockStore, fakeQuarantine } from '../../support/fake-lock-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { LeaseFixture, other, retryMs, times } from './lease-fixture.ts';

let fixture: LeaseFixture;
let clock: VirtualClock;
let store: FakeLockStore;
let wakeUp: WakeUp;
let heard: readonly string[];
beforeEach(() => {
  fixture = new LeaseFixture();
  ({ clock, store, wakeUp, heard } = fixture);
});

describe('contending', () => {
  it('takes a free lock with a value that says who holds it and since when', async () => {
    const term = await fixture.acquired();
    expect(term.epoch).toBe(1);
    expect(store.value).toBe(term.value);
    expect(readLockHolder(term.value)).toEqual({
      host: 'h',
      pid: 7,
      env: 'production',
      ts: '2030-01-01T00:00:00.000Z',
      owner: 'token 1',
    });
    expect(heard).toEqual(['acquired 1']);
  });

  it('makes a new value for every term', async () => {
    const lease = fixture.lease();
    const first = await fixture.acquired(lease);
    await lease.release(first);
    const second = await fixture.acquired(lease);
    expect(second.value).not.toBe(first.value);
    expect(second.epoch).toBe(2);
  });

  it('learns from the answer how far the store’s clock is ahead', async () => {
    store.aheadMs = 360_000;
    expect((await fixture.acquired()).storeAheadMs).toBe(360_000);
  });

  it('sleeps exactly as long as the holder’s lock lives, then takes it', async () => {
    store.put(other, 20_000);
    const contender = fixture.contend();
    await clock.advance(20_001);
    expect(store.times('acquire')).toEqual([0]);
    await clock.advance(1);
    expect(store.times('acquire')).toEqual([0, 20_002]);
    expect(contender.term?.epoch).toBe(1);
    expect(heard).toEqual(['standby: held', 'acquired 1']);
  });

  it('tries at once when it is woken', async () => {
    store.put(other, 20_000);
    const contender = fixture.contend();
    await clock.advance(5000);
    store.remove();
    wakeUp.notify();
    await clock.settle();
    expect(store.times('acquire')).toEqual([0, 5000]);
    expect(contender.term).toBeDefined();
  });

  it('does not lose a wake-up that comes while its request is in flight', async () => {
    store.put(other, 20_000);
    store.faults.push({ answerMs: 100 });
    fixture.contend();
    await clock.advance(50);
    wakeUp.notify();
    await clock.advance(50);
    expect(store.times('acquire')).toEqual([0, 100]);
  });

  it('does not read the store again for a wake-up that came before it read', async () => {
    store.put(other, 20_000);
    wakeUp.notify();
    fixture.contend();
    await clock.settle();
    expect(store.times('acquire')).toEqual([0]);
  });

  it.each([
    ['a lock without expiry after one TTL', Number.POSITIVE_INFINITY, times.ttlMs + 2],
    ['a lock that lives for hours after two minutes', 7_200_000, 120_002],
  ])('tries again at %s, and never takes it', async (_name, ttlMs, nextMs) => {
    store.put(other, ttlMs);
    fixture.contend();
    await clock.advance(nextMs);
    expect(store.times('acquire')).toEqual([0, nextMs]);
    expect(store.value).toBe(other);
  });

  it('refuses to start if told to exit, and changes nothing', async () => {
    store.put(other, 20_000);
    const refused = fixture.lease({ whenHeld: 'exit' }).contend(fixture.stop.signal);
    await expect(refused).rejects.toThrow(LockHeldError);
    await expect(refused).rejects.toThrow(
      'the polling lock is held by host other, pid 9, environment production',
    );
    expect(store.value).toBe(other);
    expect(store.calls).toHaveLength(1);
  });

  it.each(['standby', 'exit'] as const)(
    'refuses another bot’s store even if its lock is held (%s)',
    async (whenHeld) => {
      store.otherBot = '42';
      store.put(other);
      const refused = fixture.lease({ whenHeld }).contend(fixture.stop.signal);
      await expect(refused).rejects.toThrow(OtherBotError);
      await expect(refused).rejects.toThrow(
        /^UPSTASH_REDIS_REST_URL: expected the store of bot 1 .*, got one that belongs to bot 42; .*REDIS_KEY_PREFIX.* unbind$/,
      );
      expect(store.value).toBe(other);
      expect(store.calls).toHaveLength(1);
      expect(heard).toEqual([]);
    },
  );

  it('waits out a quarantine even if told to exit when held', async () => {
    store.isWiped = true;
    const contender = fixture.contend(fixture.lease({ whenHeld: 'exit' }));
    await clock.advance(times.ttlMs);
    expect(store.value).toBeUndefined();
    expect(store.calls.filter(({ value }) => value === fakeQuarantine)).toEqual([]);
    await clock.advance(2);
    expect(contender.term?.epoch).toBe(1);
    expect(heard).toEqual(['standby: quarantined', 'acquired 1']);
  });

  it('keeps trying while the store does not answer', async () => {
    store.isAway = true;
    const contender = fixture.contend();
    await clock.advance(10 * (times.rpcTimeoutMs + retryMs));
    expect(store.times('acquire').length).toBeGreaterThanOrEqual(10);
    store.isAway = false;
    await clock.advance(times.rpcTimeoutMs + retryMs);
    expect(contender.term).toBeDefined();
  });

  it.each([
    ['refuses', new StoreRefusedError('acquire', 'OOM full'), [0, 1, 3, 7, 15, 30, 45, 60]],
    ['is down', new StoreUnreachableError('acquire', new Error('x')), [0, 1, 3, 7, 11, 15, 19, 23]],
  ])('asks a store that %s at growing intervals, up to a limit', async (_what, error, seconds) => {
    const startMs = clock.monotonicMs();
    const asked: number[] = [];
    store.acquire = async () => {
      asked.push((clock.monotonicMs() - startMs) / 1000);
      throw error;
    };
    fixture.contend();
    await clock.advance((seconds.at(-1) ?? 0) * 1000 + 1);
    expect(asked).toEqual(seconds);
  });

  it('returns undefined if stopped while it waits', async () => {
    store.put(other, 20_000);
    const contender = fixture.contend();
    await clock.advance(10);
    fixture.stop.abort();
    await contender.ended;
    expect(contender.term).toBeUndefined();
    expect(store.value).toBe(other);
  });
});

describe('an acquire whose answer is lost', () => {
  it('is repeated with the same value and recognised: it is the same term', async () => {
    store.faults.push({ lost: 'answer' });
    const contender = fixture.contend();
    await clock.advance(times.rpcTimeoutMs + retryMs);
    const [first, second] = store.calls;
    expect(second?.value).toBe(first?.value);
    expect(contender.term?.epoch).toBe(1);
    expect(contender.term?.deadlineMs).toBe((second?.atMs ?? 0) + times.actForMs);
  });

  it('is released if ops has revoked it since, and a new value takes the lock', async () => {
    store.faults.push({ lost: 'answer' });
    const contender = fixture.contend();
    await clock.advance(1);
    store.revoked = store.value;
    const revoked = store.value ?? '';
    await clock.advance(times.rpcTimeoutMs + retryMs);
    expect(store.calls.map(({ name }) => name)).toEqual(['acquire', 'acquire', 'release', 'acquire']);
    expect(store.calls[2]?.value).toBe(revoked);
    expect(contender.term?.value).not.toBe(revoked);
    expect(contender.term?.mayAct()).toBe(true);
  });

  it('is released if the worker stops before it knows', async () => {
    store.faults.push({ lost: 'answer' });
    const contender = fixture.contend();
    await clock.advance(1);
    expect(store.value).toBeDefined();
    fixture.stop.abort();
    await clock.advance(times.rpcTimeoutMs);
    await contender.ended;
    expect(contender.term).toBeUndefined();
    expect(store.value).toBeUndefined();
  });
});

it('releases a lock whose answer came after the term’s deadline, and tries again', async () => {
  store.faults.push({ answerMs: times.actForMs });
  const contender = fixture.contend();
  await clock.advance(times.actForMs);
  expect(store.calls.map(({ name }) => name)).toEqual(['acquire', 'release', 'acquire']);
  expect(contender.term?.mayAct()).toBe(true);
});
