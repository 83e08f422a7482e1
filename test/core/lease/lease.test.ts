import { beforeEach, describe, expect, it } from 'vitest';
import { LockHeldError } from '../../../services/core/lease/errors.ts';
import {
  Lease,
  type LeaseObserver,
  type LeaseOptions,
  type RenewalPlan,
} from '../../../services/core/lease/lease.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import type { RenewPayload } from '../../../services/core/lease/lock-store.ts';
import { readLockHolder } from '../../../services/core/lease/lock-value.ts';
import type { Term } from '../../../services/core/lease/term.ts';
import { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { FakeLockStore, fakeQuarantine } from '../../support/fake-lock-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
const other = '{"host":"other","pid":9,"env":"production"}';
/** With the fake random's 0.5 a failed request is repeated this long after its time-out. */
const retryMs = times.rpcTimeoutMs / 3;

let clock: VirtualClock;
let store: FakeLockStore;
let wakeUp: WakeUp;
let stop: AbortController;
let heard: string[];

beforeEach(() => {
  clock = new VirtualClock();
  store = new FakeLockStore(clock);
  wakeUp = new WakeUp(clock);
  stop = new AbortController();
  heard = [];
});

/** Notes what it is told. */
const listening: LeaseObserver = {
  onStandby: (_held, why) => void heard.push(`standby: ${why}`),
  onAcquired: ({ epoch }) => void heard.push(`acquired ${epoch}`),
  onRenewed: () => void heard.push('renewed'),
  onTermEnding: (_term, reason) => void heard.push(`ending: ${reason}`),
  onTrouble: (what) => void heard.push(`${what} failed`),
};

function makeLease(options: Partial<LeaseOptions> = {}): Lease {
  let tokens = 0;
  return new Lease({
    clock,
    random: { unit: () => 0.5, token: () => `token ${++tokens}` },
    store,
    wakeUp,
    times,
    holder: { host: 'h', pid: 7, env: 'production' },
    whenHeld: 'standby',
    observers: [listening],
    ...options,
  });
}

/** Contends until `stop`; the result shows as soon as there is one. */
function contend(lease = makeLease()): { readonly term: Term | undefined; readonly ended: Promise<unknown> } {
  const result: { term: Term | undefined; ended: Promise<unknown> } = {
    term: undefined,
    ended: Promise.resolve(),
  };
  result.ended = lease.contend(stop.signal).then((term) => {
    result.term = term;
  });
  return result;
}

async function acquired(lease: Lease): Promise<Term> {
  const term = await lease.contend(stop.signal);
  if (term === undefined) throw new Error('no term');
  return term;
}

/** Renews on time and notes what it is told. */
class Plan implements RenewalPlan {
  readonly confirmed: { payload: RenewPayload; storeTimeMs: number }[] = [];
  private nextMs = clock.monotonicMs() + times.renewMs;

  dueInMs(): number {
    return this.nextMs - clock.monotonicMs();
  }

  payload(): RenewPayload {
    return { heartbeat: `sent at ${clock.monotonicMs()}` };
  }

  onRenewed(payload: RenewPayload, storeTimeMs: number): void {
    this.nextMs = clock.monotonicMs() + times.renewMs;
    this.confirmed.push({ payload, storeTimeMs });
  }
}

async function leading(lease = makeLease()) {
  const term = await acquired(lease);
  const plan = new Plan();
  const held = lease.hold(term, plan);
  return { lease, term, plan, held };
}

describe('contending', () => {
  it('takes a free lock with a value that says who holds it and since when', async () => {
    const term = await acquired(makeLease());
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
    const lease = makeLease();
    const first = await acquired(lease);
    await lease.release(first);
    const second = await acquired(lease);
    expect(second.value).not.toBe(first.value);
    expect(second.epoch).toBe(2);
  });

  it('learns from the answer how far the store’s clock is ahead', async () => {
    store.aheadMs = 360_000;
    expect((await acquired(makeLease())).storeAheadMs).toBe(360_000);
  });

  it('sleeps exactly as long as the holder’s lock lives, then takes it', async () => {
    store.put(other, 20_000);
    const contender = contend();
    await clock.advance(20_001);
    expect(store.times('acquire')).toEqual([0]);
    await clock.advance(1);
    expect(store.times('acquire')).toEqual([0, 20_002]);
    expect(contender.term?.epoch).toBe(1);
    expect(heard).toEqual(['standby: held', 'acquired 1']);
  });

  it('tries at once when it is woken', async () => {
    store.put(other, 20_000);
    const contender = contend();
    await clock.advance(5000);
    store.remove();
    wakeUp.notify();
    await clock.settle();
    expect(store.times('acquire')).toEqual([0, 5000]);
    expect(contender.term).toBeDefined();
  });

  it('loses no wake-up that comes while its request is on its way', async () => {
    store.put(other, 20_000);
    store.faults.push({ answerMs: 100 });
    contend();
    await clock.advance(50);
    wakeUp.notify();
    await clock.advance(50);
    expect(store.times('acquire')).toEqual([0, 100]);
  });

  it.each([
    ['a lock without expiry after one TTL', Number.POSITIVE_INFINITY, times.ttlMs + 2],
    ['a lock that lives for hours after two minutes', 7_200_000, 120_002],
  ])('tries again at %s, and never takes it', async (_name, ttlMs, nextMs) => {
    store.put(other, ttlMs);
    contend();
    await clock.advance(nextMs);
    expect(store.times('acquire')).toEqual([0, nextMs]);
    expect(store.value).toBe(other);
  });

  it('refuses to start when told not to wait, and changes nothing', async () => {
    store.put(other, 20_000);
    const refused = makeLease({ whenHeld: 'exit' }).contend(stop.signal);
    await expect(refused).rejects.toThrow(LockHeldError);
    await expect(refused).rejects.toThrow(
      'the polling lock is held by host other, pid 9, environment production',
    );
    expect(store.value).toBe(other);
    expect(store.calls).toHaveLength(1);
  });

  it('waits out a quarantine even when told not to wait', async () => {
    store.isWiped = true;
    const contender = contend(makeLease({ whenHeld: 'exit' }));
    await clock.advance(times.ttlMs);
    expect(store.value).toBeUndefined();
    expect(store.calls.filter(({ value }) => value === fakeQuarantine)).toEqual([]);
    await clock.advance(2);
    expect(contender.term?.epoch).toBe(1);
    expect(heard).toEqual(['standby: quarantined', 'acquired 1']);
  });

  it('keeps trying while the store is away', async () => {
    store.isAway = true;
    const contender = contend();
    await clock.advance(10 * (times.rpcTimeoutMs + retryMs));
    expect(store.times('acquire').length).toBeGreaterThanOrEqual(10);
    store.isAway = false;
    await clock.advance(times.rpcTimeoutMs + retryMs);
    expect(contender.term).toBeDefined();
  });

  it('returns nothing when it is stopped while it waits', async () => {
    store.put(other, 20_000);
    const contender = contend();
    await clock.advance(10);
    stop.abort();
    await contender.ended;
    expect(contender.term).toBeUndefined();
    expect(store.value).toBe(other);
  });
});

describe('an acquire whose answer was lost', () => {
  it('is repeated with the same value and recognised: it is the same term', async () => {
    store.faults.push({ lost: 'answer' });
    const contender = contend();
    await clock.advance(times.rpcTimeoutMs + retryMs);
    const [first, second] = store.calls;
    expect(second?.value).toBe(first?.value);
    expect(contender.term?.epoch).toBe(1);
    expect(contender.term?.deadlineMs).toBe((second?.atMs ?? 0) + times.actForMs);
  });

  it('is released when ops has revoked it since, and a new value takes the lock', async () => {
    store.faults.push({ lost: 'answer' });
    const contender = contend();
    await clock.advance(1);
    store.revoked = store.value;
    const revoked = store.value ?? '';
    await clock.advance(times.rpcTimeoutMs + retryMs);
    expect(store.calls.map(({ name }) => name)).toEqual(['acquire', 'acquire', 'release', 'acquire']);
    expect(store.calls[2]?.value).toBe(revoked);
    expect(contender.term?.value).not.toBe(revoked);
    expect(contender.term?.mayAct()).toBe(true);
  });

  it('is released when the worker stops before it knows', async () => {
    store.faults.push({ lost: 'answer' });
    const contender = contend();
    await clock.advance(1);
    expect(store.value).toBeDefined();
    stop.abort();
    await clock.advance(times.rpcTimeoutMs);
    await contender.ended;
    expect(contender.term).toBeUndefined();
    expect(store.value).toBeUndefined();
  });
});

it('releases a lock whose answer came after the term’s deadline, and tries again', async () => {
  store.faults.push({ answerMs: times.actForMs });
  const contender = contend();
  await clock.advance(times.actForMs);
  expect(store.calls.map(({ name }) => name)).toEqual(['acquire', 'release', 'acquire']);
  expect(contender.term?.mayAct()).toBe(true);
});

describe('holding', () => {
  it('renews when the plan says so, and tells the plan what the store took and its time', async () => {
    store.aheadMs = 5000;
    const { term, plan } = await leading();
    await clock.advance(2 * times.renewMs);
    expect(store.times('renew')).toEqual([10_000, 20_000]);
    expect(store.payloads).toEqual([{ heartbeat: 'sent at 10000' }, { heartbeat: 'sent at 20000' }]);
    expect(plan.confirmed.map(({ payload }) => payload)).toEqual(store.payloads);
    expect(plan.confirmed.at(-1)?.storeTimeMs).toBe(clock.wallMs() + 5000);
    expect(term.deadlineMs).toBe(20_000 + times.actForMs);
  });

  it('needs no observer: without one it sends the same requests', async () => {
    const run = async (observers: LeaseOptions['observers']) => {
      clock = new VirtualClock();
      store = new FakeLockStore(clock);
      wakeUp = new WakeUp(clock);
      store.put(other, 4000);
      store.faults.push({}, {}, { lost: 'answer' }, {}, { lost: 'request' });
      const lease = makeLease({ observers });
      const contender = contend(lease);
      await clock.advance(4002);
      const { term } = contender;
      if (term === undefined) throw new Error('no term');
      const plan = new Plan();
      const held = lease.hold(term, plan);
      await clock.advance(50_000);
      await lease.release(term);
      await held;
      return { calls: store.calls, confirmed: plan.confirmed };
    };
    const silent = await run([]);
    expect(silent.calls.length).toBeGreaterThan(5);
    expect(await run([listening])).toEqual(silent);
    expect(heard).toContain('renewed');
  });

  it('renews at once when it is woken and the plan has something due', async () => {
    const { plan } = await leading();
    plan.dueInMs = () => (clock.monotonicMs() < 3000 ? 10_000 : Math.max(0, 13_000 - clock.monotonicMs()));
    await clock.advance(3000);
    wakeUp.notify();
    await clock.settle();
    expect(store.times('renew')).toEqual([3000]);
  });

  it('counts the deadline from before a renewal was sent, not from its answer', async () => {
    store.faults.push({}, { requestMs: 1000, answerMs: 1500 });
    const { term } = await leading();
    await clock.advance(times.renewMs + 2500);
    expect(term.deadlineMs).toBe(times.renewMs + times.actForMs);
  });

  it('repeats a failed renewal soon, several times before the deadline', async () => {
    const { term, plan } = await leading();
    store.faults.push({ lost: 'request' }, { lost: 'answer' });
    await clock.advance(times.renewMs + 2 * (times.rpcTimeoutMs + retryMs));
    const everyMs = times.rpcTimeoutMs + retryMs;
    expect(store.times('renew')).toEqual([10_000, 10_000 + everyMs, 10_000 + 2 * everyMs]);
    expect(plan.confirmed).toHaveLength(1);
    expect(term.mayAct()).toBe(true);
    expect(heard).toContain('renew failed');
  });

  it.each([
    ['lost', false, () => store.put(other, 30_000)],
    [
      'revoked',
      true,
      () => {
        store.revoked = store.value;
      },
    ],
  ])('ends the term when the lock is %s', async (reason, mayStillAct, change) => {
    const { term, plan, held } = await leading();
    change();
    await clock.advance(times.renewMs);
    expect(term.endReason).toBe(reason);
    expect(term.mayAct()).toBe(mayStillAct);
    expect(plan.confirmed).toEqual([]);
    await held;
    expect(heard.at(-1)).toBe(`ending: ${reason}`);
    await clock.advance(2 * times.ttlMs);
    expect(store.times('renew')).toHaveLength(1);
  });

  it('ends the term at its deadline, to the millisecond, even if a renewal hangs', async () => {
    const { term, held } = await leading();
    store.faults.push({ requestMs: 10 * times.ttlMs });
    await clock.advance(times.actForMs - 1);
    expect(term.mayAct()).toBe(true);
    await clock.advance(1);
    expect(term.endReason).toBe('expired');
    expect(heard.at(-1)).toBe('ending: expired');
    await clock.advance(10 * times.ttlMs);
    await held;
  });

  it('does not revive a term by an answer that comes after the deadline', async () => {
    const { term, plan } = await leading();
    store.faults.push({ answerMs: times.actForMs });
    await clock.advance(times.renewMs + times.actForMs);
    expect(term.endReason).toBe('expired');
    expect(plan.confirmed).toEqual([]);
    expect(heard).not.toContain('renewed');
  });

  it('sends nothing more after a pause in which no timer could fire (SIGSTOP)', async () => {
    const { term, held } = await leading();
    clock.pause(times.ttlMs);
    expect(term.mayAct()).toBe(false);
    await clock.advance(times.ttlMs);
    await held;
    expect(store.times('renew')).toEqual([]);
    expect(term.endReason).toBe('expired');
  });

  it('sends nothing more after the machine was suspended: its monotonic clock stood still', async () => {
    const { term, held } = await leading();
    await clock.advance(5000);
    clock.stepWall(times.marginMs + 1);
    await clock.advance(times.renewMs);
    await held;
    expect(store.times('renew')).toEqual([]);
    expect(term.endReason).toBe('clock-jumped');
  });
});

describe('releasing', () => {
  it('deletes the lock, says what the term leaves, and ends the term', async () => {
    const { lease, term, held } = await leading();
    term.handOff = 'clean';
    await lease.release(term);
    await held;
    expect(store.value).toBeUndefined();
    expect(store.calls.at(-1)).toMatchObject({ name: 'release', value: term.value, handOff: 'clean' });
    expect(term.mayAct()).toBe(false);
    expect(heard.at(-1)).toBe('ending: released');
  });

  it('leaves another’s lock alone', async () => {
    const { lease, term } = await leading();
    store.put(other, 30_000);
    await lease.release(term);
    expect(store.value).toBe(other);
  });

  it('goes on when the store does not answer: the lock expires by itself', async () => {
    const { lease, term } = await leading();
    store.isAway = true;
    const released = lease.release(term);
    await clock.advance(times.rpcTimeoutMs);
    await released;
    expect(term.mayAct()).toBe(false);
    expect(heard.at(-1)).toBe('release failed');
    await clock.advance(times.ttlMs);
    expect(store.value).toBeUndefined();
  });
});
