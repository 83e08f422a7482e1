/** A lease on a virtual clock, over a lock in memory, and what its observer heard. */
import {
  Lease,
  type LeaseObserver,
  type LeaseOptions,
  type RenewalPlan,
} from '../../../services/core/lease/lease.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import type { RenewPayload } from '../../../services/core/lease/lock-store.ts';
import type { Term } from '../../../services/core/lease/term.ts';
import { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { FakeLockStore } from '../../support/fake-lock-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const times = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
export const other = '{"host":"other","pid":9,"env":"production"}';
/** With the fake random's 0.5 a failed request is repeated this long after its time-out. */
export const retryMs = times.rpcTimeoutMs / 3;

export class LeaseFixture {
  readonly clock = new VirtualClock();
  readonly store = new FakeLockStore(this.clock);
  readonly wakeUp = new WakeUp(this.clock);
  readonly stop = new AbortController();
  readonly heard: string[] = [];
  readonly observer: LeaseObserver = {
    onStandby: (_held, why) => void this.heard.push(`standby: ${why}`),
    onAcquired: ({ epoch }) => void this.heard.push(`acquired ${epoch}`),
    onRenewed: () => void this.heard.push('renewed'),
    onTermEnding: (_term, reason) => void this.heard.push(`ending: ${reason}`),
    onTrouble: (what) => void this.heard.push(`${what} failed`),
  };

  lease(options: Partial<LeaseOptions> = {}): Lease {
    let tokens = 0;
    return new Lease({
      clock: this.clock,
      random: { unit: () => 0.5, token: () => `token ${++tokens}` },
      store: this.store,
      wakeUp: this.wakeUp,
      times,
      holder: { host: 'h', pid: 7, env: 'production' },
      whenHeld: 'standby',
      observers: [this.observer],
      ...options,
    });
  }

  /** Contends until `stop`; the term shows as soon as there is one. */
  contend(lease = this.lease()): { readonly term: Term | undefined; readonly ended: Promise<unknown> } {
    const result: { term: Term | undefined; ended: Promise<unknown> } = {
      term: undefined,
      ended: Promise.resolve(),
    };
    result.ended = lease.contend(this.stop.signal).then((term) => {
      result.term = term;
    });
    return result;
  }

  async acquired(lease = this.lease()): Promise<Term> {
    const term = await lease.contend(this.stop.signal);
    if (term === undefined) throw new Error('no term');
    return term;
  }

  async leading(lease = this.lease()) {
    const term = await this.acquired(lease);
    const plan = new SteadyPlan(this.clock);
    const held = lease.hold(term, plan);
    return { lease, term, plan, held };
  }
}

/** Renews on time and notes what the store confirmed. */
export class SteadyPlan implements RenewalPlan {
  readonly confirmed: { payload: RenewPayload; storeTimeMs: number }[] = [];
  private readonly clock: VirtualClock;
  private nextMs: number;

  constructor(clock: VirtualClock) {
    this.clock = clock;
    this.nextMs = clock.monotonicMs() + times.renewMs;
  }

  dueInMs(): number {
    return this.nextMs - this.clock.monotonicMs();
  }

  payload(): RenewPayload {
    return { heartbeat: `sent at ${this.clock.monotonicMs()}` };
  }

  onRenewed(payload: RenewPayload, storeTimeMs: number): void {
    this.nextMs = this.clock.monotonicMs() + times.renewMs;
    this.confirmed.push({ payload, storeTimeMs });
  }
}
