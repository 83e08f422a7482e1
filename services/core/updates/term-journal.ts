/**
 * The journal as one term uses it: the store's trouble is waited out, and a lost lock ends the term.
 *
 * Guarantees: nothing is written once the term may not act, but for a request that was sent before; the scripts
 * refuse it when the lock is another's.
 */

import type { Term } from '../lease/term.ts';
import type { Clock } from '../platform/clock.ts';
import {
  attemptsMax,
  type FinishedUpdates,
  type JournalEntry,
  type OpenedJournal,
  type UpdateJournal,
} from './journal.ts';

export interface JournalChange {
  readonly add: readonly JournalEntry[];
  readonly finishedIds: readonly number[];
}

export interface TermJournalOptions {
  readonly journal: UpdateJournal;
  readonly clock: Clock;
  onTrouble(what: string, error: unknown): void;
}

export const storeRetryMs = 1000;

export class TermJournal {
  private readonly options: TermJournalOptions;
  private readonly term: Term;

  constructor(options: TermJournalOptions, term: Term) {
    this.options = options;
    this.term = term;
  }

  /** Undefined when the term is over. */
  open(): Promise<OpenedJournal | undefined> {
    return this.retryWhileLeading('open the journal', () => this.options.journal.open(this.term.value));
  }

  /** One attempt more for each, in the same order; undefined when the term is over. */
  beginAttempts(
    updateIds: readonly number[],
    finished: FinishedUpdates,
  ): Promise<readonly (number | 'given up')[] | undefined> {
    const { journal } = this.options;
    return this.retryWhileLeading('count attempts', () =>
      journal.beginAttempts(this.term, updateIds, { attemptsMax, ...finished }),
    );
  }

  /** Repeats it until it is written; false when the term is over. */
  async writeFirst(change: JournalChange): Promise<boolean> {
    const written = await this.retryWhileLeading('write the journal', () =>
      this.options.journal.write(this.term.value, change),
    );
    return written !== undefined;
  }

  /** One try. False when the store did not do it, or perhaps did and could not say so. */
  async tryToWrite(change: JournalChange): Promise<boolean> {
    const { journal, onTrouble } = this.options;
    try {
      if ((await journal.write(this.term.value, change)) === 'written') return true;
      this.term.end('lost');
    } catch (error) {
      onTrouble('write the journal', error);
    }
    return false;
  }

  private async retryWhileLeading<T>(
    what: string,
    step: () => Promise<T | 'lock lost'>,
  ): Promise<T | undefined> {
    const { clock, onTrouble } = this.options;
    while (this.term.mayAct()) {
      try {
        const result = await step();
        if (result !== 'lock lost') return result;
        this.term.end('lost');
      } catch (error) {
        onTrouble(what, error);
        await clock.sleep(storeRetryMs, this.term.overSignal);
      }
    }
    return undefined;
  }
}
