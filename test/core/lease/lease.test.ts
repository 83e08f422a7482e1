import { beforeEach, describe, expect, it } from 'vitest';
import { LockHeldError } from '../../../services/core/lease/errors.ts';
import { Lease, type LeaseObserver, type RenewalPlan } from '../../../services/core/lease/lease.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import type { RenewPayload } from '../../../services/core/lease/lock-store.ts';
import { readLockHolder } from '../../../services/core/lease/lock-value.ts';
import type { Term } from '../../../services/core/lease/term.ts';
import { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { FakeLockStore } from '../../support/fake-lock-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
/** With a random number of 0.5: a third of the time-out. */
const retryMs = 1000;
/** The store rounds the remaining TTL down. */
const roundingMs = 2;

let clock: VirtualClock;
let store: FakeLockStore;
let wakeUp: WakeUp;
let stop: AbortController;
let events: string[];
let lease: Lease;
beforeEach(() => {
  clock = new VirtualClock();
  store = new FakeLockStore({ clock, timeoutMs: times.rpcTimeoutMs });
  wakeUp = new WakeUp(clock);
  stop = new AbortController();
  events = [];
  lease = makeLease();
});

function makeLease(whenHeld: 'standby' | 'exit' = 'standby'): Lease {
  let tokens = 0;
  const random = { unit: () => 0.5, token: () => `token-${++tokens}` };
  const observer: LeaseObserver = {
    onStandby: ({ ttlMs }, why) => events.push(`standby: ${why} for ${ttlMs}`),
    onAcquired: ({ epoch }) => events.push(`acquired: epoch ${epoch}`),
    onRenewed: () => events.push('renewed'),
    onTermEnding: (_term, reason) => events.push(`ending: ${reason}`),
    onTrouble: (what) => events.push(`trouble: ${what}`),
  };
  const holder = { host: 'h', pid: 7, env: 'production' };
  return new Lease({ clock, random, store, wakeUp, times, holder, whenHeld, observers: [observer, {}] });
}

/** Starts to contend; `settled` tells how that ended once it has. */
function contend() {
  const contention: { settled?: { term: Term | undefined } | { error: unknown } } = {};
  lease.contend(stop.signal).then(
    (term) => {
      contention.settled = { term };
    },
    (error: unknown) => {
      contention.settled = { error };
    },
  );
  return contention;
}

async function acquire(): Promise<Term> {
  const term = await lease.contend(stop.signal);
  if (term === undefined) throw new Error('no term');
  return term;
}

const acquires = () => store.callsOf('acquire');

describe('contending for the lock', () => {
  it('takes a free lock and says so once', async () => {
    const term = await acquire();
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
    expect((await acquire()).storeAheadMs).toBe(360_000);
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
    wakeUp.notify();
    await clock.settle();
    expect(contention.settled).toMatchObject({ term: { epoch: 1 } });
  });

  it('does not sleep through a wake-up that comes while it reads the store', async () => {
    store.put('foreign', 20_000);
    store.disturb('acquire', { answerMs: 200 });
    const contention = contend();
    await clock.advance(100);
    await store.release('foreign', 'clean');
    wakeUp.notify();
    await clock.advance(100);
    expect(contention.settled).toMatchObject({ term: { epoch: 1 } });
  });

  it('does not read the store again for a wake-up that came before it read', async () => {
    store.put('foreign', 20_000);
    wakeUp.notify();
    contend();
    await clock.settle();
    expect(acquires()).toHaveLength(1);
  });

  it('waits out the quarantine of a store that was wiped, even if it is to exit when held', async () => {
    lease = makeLease('exit');
    store.epoch = undefined;
    const contention = contend();
    await clock.settle();
    expect(events).toEqual(['standby: quarantined for 30000']);
    expect(contention.settled).toBeUndefined();
  });

  it('throws if another process holds the lock and it is to exit then, and changes nothing', async () => {
    lease = makeLease('exit');
    store.put('foreign', 20_000);
    await expect(lease.contend(stop.signal)).rejects.toThrow(LockHeldError);
    expect(store.calls.map(({ name }) => name)).toEqual(['acquire']);
    expect(store.held()).toEqual({ value: 'foreign', ttlMs: 20_000 });
  });

  it('ends at once when it is stopped, and releases nothing that it does not have', async () => {
    store.put('foreign', 20_000);
    const contention = contend();
    await clock.advance(5000);
    stop.abort();
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
    stop.abort();
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

/** Renews a fixed interval after the last success, and numbers its payloads. */
class FixedPlan implements RenewalPlan {
  readonly confirmed: { payload: RenewPayload; storeTimeMs: number }[] = [];
  private payloads = 0;
  private renewedMs = clock.monotonicMs();

  dueInMs(): number {
    return this.renewedMs + times.renewMs - clock.monotonicMs();
  }

  payload(): RenewPayload {
    return { finishedUpdateIds: [++this.payloads] };
  }

  onRenewed(payload: RenewPayload, storeTimeMs: number): void {
    this.renewedMs = clock.monotonicMs();
    this.confirmed.push({ payload, storeTimeMs });
  }
}

/** Holds a new term; `ended` turns true when `hold` resolves. */
async function hold() {
  const term = await acquire();
  const plan = new FixedPlan();
  const holding = { term, plan, ended: false };
  void lease.hold(term, plan).then(() => {
    holding.ended = true;
  });
  await clock.settle();
  return holding;
}

const renewals = () => store.callsOf('renew');

describe('holding the lock', () => {
  it('renews when the plan says so, for as long as the term lasts', async () => {
    store.aheadMs = 5000;
    const { term, plan, ended } = await hold();
    await clock.advance(100_000);
    expect(renewals().map(({ atMs }) => atMs / 1000)).toEqual([10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(term.mayAct()).toBe(true);
    expect(ended).toBe(false);
    expect(plan.confirmed[0]).toEqual({
      payload: { finishedUpdateIds: [1] },
      storeTimeMs: clock.wallMs() - 90_000 + 5000,
    });
  });

  it('renews early when it is woken', async () => {
    await hold();
    await clock.advance(4000);
    wakeUp.notify();
    await clock.settle();
    expect(renewals().map(({ atMs }) => atMs)).toEqual([4000]);
  });

  it('counts the deadline from before each renewal was sent', async () => {
    const { term } = await hold();
    store.disturb('renew', { requestMs: 1000, answerMs: 1000 });
    await clock.advance(12_000);
    expect(term.deadlineMs).toBe(10_000 + times.actForMs);
  });

  it('ends the term at once when the lock is lost', async () => {
    const holding = await hold();
    store.put('foreign', 20_000);
    await clock.advance(10_000);
    expect(holding).toMatchObject({ ended: true, term: { endReason: 'lost' } });
    expect(holding.term.mayAct()).toBe(false);
    expect(store.held()?.value).toBe('foreign');
  });

  it('stops renewing when the lock is revoked, and may act until the deadline', async () => {
    const holding = await hold();
    store.revoke();
    await clock.advance(10_000);
    expect(holding).toMatchObject({ ended: true, term: { endReason: 'revoked' } });
    expect(holding.term.mayAct()).toBe(true);
    expect(holding.plan.confirmed).toEqual([]);
    await clock.advance(times.actForMs - 10_000);
    expect(holding.term.mayAct()).toBe(false);
    expect(renewals()).toHaveLength(1);
  });

  it('sends a failed renewal again, with a payload of its own', async () => {
    const { plan } = await hold();
    store.disturb('renew', { lose: 'request' });
    await clock.advance(10_000 + times.rpcTimeoutMs + retryMs);
    expect(renewals()).toHaveLength(2);
    expect(plan.confirmed.map(({ payload }) => payload)).toEqual([{ finishedUpdateIds: [2] }]);
    expect(events).toEqual(['acquired: epoch 1', 'trouble: renew', 'renewed']);
  });

  it('ends the term at the deadline when the store stays out of reach', async () => {
    const holding = await hold();
    for (let index = 0; index < 20; index++) store.disturb('renew', { lose: 'request' });
    await clock.advance(times.actForMs - 1);
    expect(holding.ended).toBe(false);
    await clock.advance(1);
    expect(holding.term.endReason).toBe('expired');
    expect(renewals().map(({ atMs }) => atMs / 1000)).toEqual([10, 14, 18, 22, 26]);
  });

  it('ends the term at the deadline even if a renewal hangs', async () => {
    const { term } = await hold();
    store.disturb('renew', { answerMs: 3_600_000 });
    await clock.advance(times.actForMs);
    expect(term.overSignal.aborted).toBe(true);
    expect(term.endReason).toBe('expired');
  });

  it('does not go on when the answer to a renewal arrives after the deadline', async () => {
    const holding = await hold();
    store.disturb('renew', { answerMs: times.actForMs });
    await clock.advance(10_000 + times.actForMs);
    expect(holding).toMatchObject({ ended: true, term: { endReason: 'expired' } });
    expect(holding.plan.confirmed).toEqual([]);
    expect(events).not.toContain('renewed');
  });

  it('ends the term when the machine was suspended', async () => {
    const holding = await hold();
    clock.stepWall(60_000);
    await clock.advance(10_000);
    expect(holding).toMatchObject({ ended: true, term: { endReason: 'clock-jumped' } });
    expect(renewals()).toEqual([]);
  });

  it('says once why a term ends', async () => {
    const { term } = await hold();
    store.revoke();
    await clock.advance(10_000);
    await lease.release(term);
    expect(events.filter((event) => event.startsWith('ending'))).toEqual(['ending: revoked']);
  });
});

describe('releasing the lock', () => {
  it('ends the term, deletes the lock and says what the term leaves', async () => {
    const holding = await hold();
    holding.term.handOff = 'clean';
    await lease.release(holding.term);
    await clock.settle();
    expect(holding).toMatchObject({ ended: true, term: { endReason: 'released' } });
    expect(store.held()).toBeUndefined();
    expect(store.callsOf('release')).toMatchObject([{ value: holding.term.value, handOff: 'clean' }]);
  });

  it('leaves another’s lock alone', async () => {
    const term = await acquire();
    store.put('foreign', 20_000);
    await lease.release(term);
    expect(store.held()?.value).toBe('foreign');
  });

  it('survives a store that does not answer: the lock expires by itself', async () => {
    const term = await acquire();
    store.disturb('release', { lose: 'request' });
    const released = lease.release(term);
    await clock.advance(times.rpcTimeoutMs);
    await released;
    expect(term.mayAct()).toBe(false);
    expect(events.at(-1)).toBe('trouble: release');
    await clock.advance(times.ttlMs);
    expect(store.held()).toBeUndefined();
  });
});
