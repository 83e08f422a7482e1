/** A lease on a virtual clock, with a lock store in memory; what its observer hears is in `events`. */
import { Lease, type LeaseObserver } from '../../../services/core/lease/lease.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import type { Term } from '../../../services/core/lease/term.ts';
import { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { FakeLockStore } from '../../support/fake-lock-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

export const times = leaseTimes({ ttlMs: 30_000, renewMs: 10_000 });
/** With a random number of 0.5: a third of the time-out. */
export const retryMs = 1000;

export class LeaseFixture {
  readonly clock = new VirtualClock();
  readonly store = new FakeLockStore({ clock: this.clock, timeoutMs: times.rpcTimeoutMs });
  readonly wakeUp = new WakeUp(this.clock);
  readonly stop = new AbortController();
  readonly events: string[] = [];
  readonly lease: Lease;

  constructor(whenHeld: 'standby' | 'exit' = 'standby') {
    const { clock, store, wakeUp, events } = this;
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
    this.lease = new Lease({
      clock,
      random,
      store,
      wakeUp,
      times,
      holder,
      whenHeld,
      observers: [observer, {}],
    });
  }

  async acquire(): Promise<Term> {
    const term = await this.lease.contend(this.stop.signal);
    if (term === undefined) throw new Error('no term');
    return term;
  }
}
