import { beforeEach, describe, expect, it } from 'vitest';
import { LockHeldError } from '../../../services/core/lease/errors.ts';
import { readLockHolder } from '../../../services/core/lease/lock-value.ts';
import type { Term } from '../../../services/core/lease/term.ts';
import { LeaseFixture, retryMs, times } from './lease-fixture.ts';

/** The store rounds the remaining TTL down. */
const roundingMs = 2;

let fixture: LeaseFixture;
let clock: LeaseFixture['clock'];
let store: LeaseFixture['store'];
let events: string[];
function useFixture(whenHeld: 'standby' | 'exit' = 'standby'): void {
  fixture = new LeaseFixture(whenHeld);
  ({ clock, store, events } = fixture);
}
beforeEach(() => useFixture());

/** Starts to contend; `settled` tells how that ended once it has. */
function contend() {
  const contention: { settled?: { term: Term | undefined } | { error: unknown } } = {};
  fixture.lease.contend(fixture.stop.signal).then(
    (term) => {
      contention.settled = { term };
    },
    (error: unknown) => {
      contention.settled = { error };
    },
  );
  return contention;
}

const acquires = () => store.callsOf('acquire');

describe('contending for the lock', () => {
  it('takes a free lock and says so once', async () => {
    const term = await fixture.acquire();
    expect(events).toEqual(['acquired: epoch 1']);
    expect(store.held()).toEqual({ value: term.value, ttlMs: times.ttlMs });
    expect(readLockHolder(term.value)).toEqual({
      host: 'h',
      pid: 7,
      env: 'production',
      ts: '2030-01-01T00:00:00.000Z',
      owner: 'token-1',
    });
  });

  it('counts the deadline from before it sent the request', async () => {
    store.disturb('acquire', { requestMs: 1000, answerMs: 1500 });
    const contention = contend();
    await clock.advance(2500);
    expect(contention.settled).toMatchObject({ term: { deadlineMs: times.actForMs } });
  });

  it('notes how far the store’s clock is ahead', async () => {
    store.aheadMs = 360_000;
    expect((await fixture.acquire()).storeAheadMs).toBe(360_000);
  });

  it('sleeps out exactly the holder’s remaining TTL', async () => {
    store.put('foreign', 12_345);
    const contention = contend();
    await clock.advance(12_345 + roundingMs - 1);
    expect(acquires()).toHaveLength(1);
    await clock.advance(1);
    expect(acquires()).toHaveLength(2);
    expect(contention.settled).toMatchObject({ term: { epoch: 1 } });
    expect(events).toEqual(['standby: held for 12345', 'acquired: epoch 1']);
  });

  it.each([
    ['without expiry', null, times.ttlMs],
    ['that lives for hours', 3_600_000, 120_000],
  ])('looks again now and then at a lock %s', async (_name, ttlMs, lookAgainMs) => {
    store.put('foreign', ttlMs);
    contend();
    await clock.advance(2 * (lookAgainMs + roundingMs));
    expect(acquires().map(({ atMs }) => atMs)).toEqual([
      0,
      lookAgainMs + roundingMs,
      2 * (lookAgainMs + roundingMs),
    ]);
    expect(store.held()?.value).toBe('foreign');
  });

  it('tries at once when it is woken', async () => {
    store.put('foreign', 20_000);
    const contention = contend();
    await clock.advance(5000);
    await store.release('foreign', 'clean');
    fixture.wakeUp.notify();
    await clock.settle();
    expect(contention.settled).toMatchObject({ term: { epoch: 1 } });
  });

  it('does not sleep through a wake-up that comes while it reads the store', async () => {
    store.put('foreign', 20_000);
    store.disturb('acquire', { answerMs: 200 });
    const contention = contend();
    await clock.advance(100);
    await store.release('foreign', 'clean');
    fixture.wakeUp.notify();
    await clock.advance(100);
    expect(contention.settled).toMatchObject({ term: { epoch: 1 } });
  });

  it('does not read the store again for a wake-up that came before it read', async () => {
    store.put('foreign', 20_000);
    fixture.wakeUp.notify();
    contend();
    await clock.settle();
    expect(acquires()).toHaveLength(1);
  });

  it('waits out the quarantine of a store that was wiped, even if it is to exit when held', async () => {
    useFixture('exit');
    store.epoch = undefined;
    const contention = contend();
    await clock.settle();
    expect(events).toEqual(['standby: quarantined for 30000']);
    expect(contention.settled).toBeUndefined();
  });

  it('throws if another process holds the lock and it is to exit then, and changes nothing', async () => {
    useFixture('exit');
    store.put('foreign', 20_000);
    await expect(fixture.lease.contend(fixture.stop.signal)).rejects.toThrow(LockHeldError);
    expect(store.calls.map(({ name }) => name)).toEqual(['acquire']);
    expect(store.held()).toEqual({ value: 'foreign', ttlMs: 20_000 });
  });

  it('ends at once when it is stopped, and releases nothing that it does not have', async () => {
    store.put('foreign', 20_000);
    const contention = contend();
    await clock.advance(5000);
    fixture.stop.abort();
    await clock.settle();
    expect(contention.settled).toEqual({ term: undefined });
    expect(store.callsOf('release')).toEqual([]);
  });
});

describe('an acquire whose answer is lost', () => {
  it('is recognised as its own by the next try, in the same epoch', async () => {
    store.disturb('acquire', { lose: 'answer' });
    const contention = contend();
    await clock.advance(times.rpcTimeoutMs + retryMs);
    expect(contention.settled).toMatchObject({ term: { epoch: 1 } });
    expect(new Set(acquires().map(({ value }) => value)).size).toBe(1);
    expect(events).toEqual(['trouble: acquire', 'acquired: epoch 1']);
  });

  it('is released if the process is stopped before it knows', async () => {
    store.disturb('acquire', { lose: 'answer' });
    const contention = contend();
    await clock.advance(times.rpcTimeoutMs);
    expect(store.held()).toBeDefined();
    fixture.stop.abort();
    await clock.settle();
    expect(contention.settled).toEqual({ term: undefined });
    expect(store.held()).toBeUndefined();
  });

  it('is released if ops has revoked it meanwhile, and tried again with a new value', async () => {
    store.disturb('acquire', { lose: 'answer' });
    const contention = contend();
    await clock.advance(times.rpcTimeoutMs);
    store.revoke();
    await clock.advance(retryMs);
    const [first, second, third] = acquires().map(({ value }) => value);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
    expect(store.callsOf('release').map(({ value }) => value)).toEqual([first]);
    expect(contention.settled).toMatchObject({ term: { value: third, epoch: 2 } });
  });

  it('is followed by a new value once the store has answered', async () => {
    store.disturb('acquire', { lose: 'request' });
    store.put('foreign', 10_000);
    contend();
    await clock.advance(15_000);
    const [first, second, third] = acquires().map(({ value }) => value);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });
});

describe('an acquire whose answer arrives after the deadline', () => {
  it('is released, and tried again with a new value', async () => {
    store.disturb('acquire', { answerMs: times.actForMs });
    const contention = contend();
    await clock.advance(times.actForMs);
    const [first, second] = acquires().map(({ value }) => value);
    expect(store.callsOf('release').map(({ value }) => value)).toEqual([first]);
    expect(second).not.toBe(first);
    expect(contention.settled).toMatchObject({ term: { value: second, epoch: 2 } });
    expect(events).toEqual(['acquired: epoch 2']);
  });
});
