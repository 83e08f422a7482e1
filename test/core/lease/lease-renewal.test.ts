/** How `lease.ts` renews and releases a lock; how it gets one is tested in lease.test.ts. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { LeaseOptions } from '../../../services/core/lease/lease.ts';
import type { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { StoreRefusedError } from '../../../services/core/platform/store-errors.ts';
import type { FakeLockStore } from '../../support/fake-lock-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { LeaseFixture, other, retryMs, SteadyPlan, times } from './lease-fixture.ts';

let fixture: LeaseFixture;
let clock: VirtualClock;
let store: FakeLockStore;
let wakeUp: WakeUp;
let heard: readonly string[];
beforeEach(() => {
  fixture = new LeaseFixture();
  ({ clock, store, wakeUp, heard } = fixture);
});

describe('holding', () => {
  it('renews when the plan says so, and reports the payload and the store’s time to the plan', async () => {
    store.aheadMs = 5000;
    const { term, plan } = await fixture.leading();
    await clock.advance(2 * times.renewMs);
    expect(store.times('renew')).toEqual([10_000, 20_000]);
    expect(store.payloads).toEqual([{ heartbeat: 'sent at 10000' }, { heartbeat: 'sent at 20000' }]);
    expect(plan.confirmed.map(({ payload }) => payload)).toEqual(store.payloads);
    expect(plan.confirmed.at(-1)?.storeTimeMs).toBe(clock.wallMs() + 5000);
    expect(term.deadlineMs).toBe(20_000 + times.actForMs);
  });

  it('needs no observer: without one it sends the same requests', async () => {
    const run = async (observers?: LeaseOptions['observers']) => {
      const one = new LeaseFixture();
      one.store.put(other, 4000);
      one.store.faults.push({}, {}, { lost: 'answer' }, {}, { lost: 'request' });
      const lease = one.lease(observers === undefined ? {} : { observers });
      const contender = one.contend(lease);
      await one.clock.advance(4002);
      const { term } = contender;
      if (term === undefined) throw new Error('no term');
      const plan = new SteadyPlan(one.clock);
      const held = lease.hold(term, plan);
      await one.clock.advance(50_000);
      await lease.release(term);
      await held;
      return { calls: one.store.calls, confirmed: plan.confirmed, heard: one.heard };
    };
    const [silent, observed] = [await run([]), await run()];
    expect(silent.calls.length).toBeGreaterThan(5);
    expect([observed.calls, observed.confirmed]).toEqual([silent.calls, silent.confirmed]);
    expect([silent.heard, observed.heard]).toEqual([[], expect.arrayContaining(['renewed'])]);
  });

  it('renews at once if woken while the plan has something due', async () => {
    const { plan } = await fixture.leading();
    plan.dueInMs = () => (clock.monotonicMs() < 3000 ? 10_000 : Math.max(0, 13_000 - clock.monotonicMs()));
    await clock.advance(3000);
    wakeUp.notify();
    await clock.settle();
    expect(store.times('renew')).toEqual([3000]);
  });

  it('counts the deadline from before a renewal was sent, not from its answer', async () => {
    store.faults.push({}, { requestMs: 1000, answerMs: 1500 });
    const { term } = await fixture.leading();
    await clock.advance(times.renewMs + 2500);
    expect(term.deadlineMs).toBe(times.renewMs + times.actForMs);
  });

  it('repeats a failed renewal soon, several times before the deadline', async () => {
    const { term, plan } = await fixture.leading();
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
    const { term, plan, held } = await fixture.leading();
    change();
    await clock.advance(times.renewMs);
    expect(term.endReason).toBe(reason);
    expect(term.mayAct()).toBe(mayStillAct);
    expect(plan.confirmed).toEqual([]);
    expect(heard.at(-1)).toBe(`ending: ${reason}`);
    await clock.advance(2 * times.ttlMs);
    await held;
    // Nobody had to ask: a call that still connects is aborted.
    expect(term.overSignal.aborted).toBe(true);
    expect(store.times('renew')).toHaveLength(1);
  });

  it('ends the term at its deadline, to the millisecond, even if a renewal hangs', async () => {
    const { term, held } = await fixture.leading();
    store.faults.push({ requestMs: 10 * times.ttlMs });
    await clock.advance(times.actForMs - 1);
    expect(term.mayAct()).toBe(true);
    await clock.advance(1);
    expect(term.endReason).toBe('expired');
    expect(heard.at(-1)).toBe('ending: expired');
    await clock.advance(10 * times.ttlMs);
    await held;
  });

  it('does not revive a term if the answer comes after the deadline', async () => {
    const { term, plan } = await fixture.leading();
    store.faults.push({ answerMs: times.actForMs });
    await clock.advance(times.renewMs + times.actForMs);
    expect(term.endReason).toBe('expired');
    expect(plan.confirmed).toEqual([]);
    expect(heard).not.toContain('renewed');
  });

  it('sends nothing after a pause in which no timer could fire (SIGSTOP)', async () => {
    const { term, held } = await fixture.leading();
    clock.pause(times.ttlMs);
    expect(term.mayAct()).toBe(false);
    await clock.advance(times.ttlMs);
    await held;
    expect(store.times('renew')).toEqual([]);
    expect(term.endReason).toBe('expired');
  });

  it('sends nothing after the machine was suspended and its monotonic clock stopped', async () => {
    const { term, held } = await fixture.leading();
    await clock.advance(5000);
    clock.stepWall(times.marginMs + 1);
    await clock.advance(times.renewMs);
    await held;
    expect(store.times('renew')).toEqual([]);
    expect(term.endReason).toBe('clock-jumped');
  });
});

describe('a store whose clock moves against the monotonic one', () => {
  it.each([
    ['is stepped', times.marginMs + 500],
    ['is stepped back', -times.marginMs - 500],
    ['runs on while this machine and all its clocks stand still', 8000],
  ])('ends the term at the next answer if it %s', async (_how, movedMs) => {
    const { term, plan, held } = await fixture.leading();
    await clock.advance(times.renewMs + 10);
    expect(plan.confirmed).toHaveLength(1);
    store.aheadMs += movedMs;
    await clock.advance(times.renewMs);
    await held;
    expect(plan.confirmed).toHaveLength(1);
    expect(term.endReason).toBe('store-clock-moved');
    expect(heard.at(-1)).toBe('ending: store-clock-moved');
  });

  it('ends a revoked term at once, which would drain until its deadline', async () => {
    const { term, held } = await fixture.leading();
    await clock.advance(times.renewMs + 10);
    store.aheadMs += 8000;
    store.revoked = store.value;
    await clock.advance(times.renewMs);
    await held;
    expect([term.endReason, term.mayAct()]).toEqual(['revoked', false]);
  });

  it('is compared with the answer to the acquire already', async () => {
    const { term, held } = await fixture.leading();
    store.aheadMs += times.marginMs + 500;
    await clock.advance(times.renewMs + 10);
    await held;
    expect(term.endReason).toBe('store-clock-moved');
  });

  it('goes on if it moves by what the margin covers', async () => {
    const { term } = await fixture.leading();
    store.aheadMs += times.marginMs - 500;
    await clock.advance(times.renewMs + 10);
    expect(term.mayAct()).toBe(true);
  });
});

describe('releasing', () => {
  it('deletes the lock, says what the term leaves, and ends the term', async () => {
    const { lease, term, held } = await fixture.leading();
    term.handOff = 'clean';
    await lease.release(term);
    await held;
    expect(store.value).toBeUndefined();
    expect(store.calls.at(-1)).toMatchObject({ name: 'release', value: term.value, handOff: 'clean' });
    expect(term.mayAct()).toBe(false);
    expect(heard.at(-1)).toBe('ending: released');
  });

  it('leaves another’s lock alone', async () => {
    const { lease, term } = await fixture.leading();
    store.put(other, 30_000);
    await lease.release(term);
    expect(store.value).toBe(other);
  });

  it.each(['request', 'answer'] as const)('is repeated at once when its %s is lost', async (lost) => {
    const { lease, term } = await fixture.leading();
    store.faults.push({ lost });
    const released = lease.release(term);
    await clock.advance(times.rpcTimeoutMs + 200);
    await released;
    expect(store.times('release')).toHaveLength(2);
    expect(store.value).toBeUndefined();
  });

  it('is repeated until its deadline', async () => {
    const { lease, term } = await fixture.leading();
    store.isAway = true;
    const released = lease.release(term, clock.monotonicMs() + 10_000);
    await clock.advance(10_000 + times.rpcTimeoutMs);
    await released;
    expect(term.mayAct()).toBe(false);
    expect(store.times('release').length).toBeGreaterThan(2);
    expect(heard.at(-1)).toBe('release failed');
  });

  it('is repeated no longer than the lock can live: it expires by itself', async () => {
    const { lease, term } = await fixture.leading();
    store.isAway = true;
    const released = lease.release(term);
    await clock.advance(times.ttlMs + times.rpcTimeoutMs);
    await released;
    expect(store.value).toBeUndefined();
  });

  it('is not repeated when the store refuses it', async () => {
    const { lease, term } = await fixture.leading();
    store.release = async () => {
      throw new StoreRefusedError('release', 'OOM command not allowed');
    };
    await lease.release(term);
    expect(heard.filter((what) => what === 'release failed')).toHaveLength(1);
  });
});
