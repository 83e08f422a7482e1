/**
 * The journal: updates that were confirmed to Telegram before their handlers ended.
 *
 * What stands here is replayed by the next leader, in order of arrival, before it polls.
 */
import type { Update } from './update.ts';

export interface JournalEntry {
  readonly update: Update;
  /** How many attempts were begun, counted at the latest when the entry was written. */
  readonly attempt: number;
  /** The term in which the update arrived, and its place there: together the order of arrival. */
  readonly arrivedEpoch: number;
  readonly arrivedIndex: number;
}

/** Each call is one atomic step and fails with an error of `core/store-errors.ts`. */
export interface UpdateJournal {
  /** Every entry in order of arrival, if the lock holds `value`. */
  read(value: string): Promise<readonly JournalEntry[] | 'lock lost'>;
  /**
   * Counts one more attempt at an entry of an earlier term, before its handler runs; once in an epoch, however
   * often it is called. Over `attemptsMax` the entry goes to the dead updates instead.
   */
  beginAttempt(
    term: { readonly value: string; readonly epoch: number },
    updateId: number,
    attemptsMax: number,
  ): Promise<number | 'given up' | 'lock lost'>;
  /** Adds entries and removes finished ones, if the lock holds `value`. */
  write(
    value: string,
    change: { readonly add: readonly JournalEntry[]; readonly finishedIds: readonly number[] },
  ): Promise<'written' | 'lock lost'>;
}

/** How often an update is tried before it goes to the dead ones. */
export const attemptsMax = 3;
