/**
 * The journal as one term uses it: it waits out the store's trouble, and a lost lock ends the term.
 *
 * Guarantees: it sends nothing once the term may not act.
 * Does not guarantee: when a request sent before is carried out. If another leader holds the lock by then, the scripts
 * refuse it.
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

  /** Retries until it succeeds; undefined when the term is over. */
  open(): Promise<OpenedJournal | undefined> {
    return this.retryWhileLeading('open the journal', () => this.options.journal.open(this.term.value));
  }

  /** Counts one more attempt for each, in the same order. Retries until it succeeds; undefined when the term is over. */
  beginAttempts(
    updateIds: readonly number[],
    finished: FinishedUpdates,
  ): Promise<readonly (number | 'dead letter')[] | undefined> {
    const { journal } = this.options;
    return this.retryWhileLeading('count attempts', () =>
      journal.beginAttempts(this.term, updateIds, { attemptsMax, ...finished }),
    );
  }

  /** Retries until it is written; false when the term is over. */
  async write(change: JournalChange): Promise<boolean> {
    const written = await this.retryWhileLeading('write the journal', () =>
      this.options.journal.write(this.term.value, change),
    );
    return written !== undefined;
  }

  /** Tries once. False when the store refused it, or when its answer was lost. */
  async tryWrite(change: JournalChange): Promise<boolean> {
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
