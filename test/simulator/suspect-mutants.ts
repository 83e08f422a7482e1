/** Mutants of what finds the update that ends the process. The simulator must catch every one. */
import { PoisonQueue } from '../../services/core/updates/poison-queue.ts';
import { SessionJournal } from '../../services/core/updates/session-journal.ts';
import { type Mutant, methodMutant } from './mutant.ts';

interface QueueInside {
  isUnrecorded: boolean;
  admit(): void;
}

export const suspectMutants: readonly Mutant[] = [
  methodMutant('other updates run beside a suspect at its last attempt', PoisonQueue.prototype, {
    untilOpen: () => undefined,
  }),
  methodMutant('other updates begin before the store knows that a suspect has ended', PoisonQueue.prototype, {
    async record(this: QueueInside) {
      this.isUnrecorded = false;
    },
  }),
  methodMutant('no suspect ever runs alone', PoisonQueue.prototype, {
    takeToRunAlone: () => undefined,
  }),
  methodMutant(
    'what a crashed leader may have tried is handled before it is journaled',
    SessionJournal.prototype,
    {
      writeBeforeAttempt: async (received: readonly unknown[]) => received,
    },
  ),
];
