/** Mutants of a stop: its last steps, and what it leaves to the next leader. The simulator must catch every one. */
import { Lease } from '../../services/core/lease/lease.ts';
import type { HandOff } from '../../services/core/lease/lock-store.ts';
import type { Term } from '../../services/core/lease/term.ts';
import { Drain } from '../../services/core/updates/drain.ts';
import { UpdateLedger } from '../../services/core/updates/update-ledger.ts';
import { type Mutant, methodMutant } from './mutant.ts';

interface LeaseInside {
  tryRelease(value: string, handOff: HandOff): Promise<boolean>;
}

const { markRemoved } = UpdateLedger.prototype;

export const stopMutants: readonly Mutant[] = [
  methodMutant('the last steps of a stop are tried once', Drain.prototype, {
    repeat: (step: () => Promise<boolean>) => step(),
  }),
  methodMutant('the lock is released only if the first try succeeds', Lease.prototype, {
    async release(this: LeaseInside, term: Term) {
      term.end('released');
      await this.tryRelease(term.value, term.handOff);
    },
  }),
  methodMutant(
    'the removal of an uncertain entry is repeated as fast as there is traffic',
    UpdateLedger.prototype,
    {
      markRemoved(this: UpdateLedger, ids: readonly number[]) {
        markRemoved.call(this, ids, { isRenewal: true });
      },
    },
  ),
];
