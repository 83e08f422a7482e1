/** A term on a virtual clock, without a lock behind it. */

import { readClocks } from '../../../services/core/lease/act-window.ts';
import { leaseTimes } from '../../../services/core/lease/lease-times.ts';
import { Term } from '../../../services/core/lease/term.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';

export function termOn(clock: VirtualClock, ttlMs = 3_600_000): Term {
  const options = {
    clock,
    times: leaseTimes({ ttlMs, renewMs: ttlMs / 3 }),
    value: 'the lock',
    epoch: 7,
    sentAt: readClocks(clock),
    storeAheadMs: 0,
  };
  return new Term(options);
}
