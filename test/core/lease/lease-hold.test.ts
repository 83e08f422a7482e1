import { beforeEach, describe, expect, it } from 'vitest';
import type { RenewalPlan } from '../../../services/core/lease/lease.ts';
import type { RenewPayload } from '../../../services/core/lease/lock-store.ts';
import { LeaseFixture, retryMs, times } from './lease-fixture.ts';

let fixture: LeaseFixture;
let clock: LeaseFixture['clock'];
let store: LeaseFixture['store'];
let events: string[];
beforeEach(() => {
  fixture = new LeaseFixture();
  ({ clock, store, events } = fixture);
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
  const term = await fixture.acquire();
  const plan = new FixedPlan();
  const holding = { term, plan, ended: false };
  void fixture.lease.hold(term, plan).then(() => {
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
    fixture.wakeUp.notify();
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
    await fixture.lease.release(term);
    expect(events.filter((event) => event.startsWith('ending'))).toEqual(['ending: revoked']);
  });
});

describe('releasing the lock', () => {
  it('ends the term, deletes the lock and says what the term leaves', async () => {
    const holding = await hold();
    holding.term.handOff = 'clean';
    await fixture.lease.release(holding.term);
    await clock.settle();
    expect(holding).toMatchObject({ ended: true, term: { endReason: 'released' } });
    expect(store.held()).toBeUndefined();
    expect(store.callsOf('release')).toMatchObject([{ value: holding.term.value, handOff: 'clean' }]);
  });

  it('leaves another’s lock alone', async () => {
    const term = await fixture.acquire();
    store.put('foreign', 20_000);
    await fixture.lease.release(term);
    expect(store.held()?.value).toBe('foreign');
  });

  it('survives a store that does not answer: the lock expires by itself', async () => {
    const term = await fixture.acquire();
    store.disturb('release', { lose: 'request' });
    const released = fixture.lease.release(term);
    await clock.advance(times.rpcTimeoutMs);
    await released;
    expect(term.mayAct()).toBe(false);
    expect(events.at(-1)).toBe('trouble: release');
    await clock.advance(times.ttlMs);
    expect(store.held()).toBeUndefined();
  });
});
