/**
 * The journal: updates that were confirmed to Telegram before their handlers ended, and those that could not be
 * confirmed any more after they had.
 *
 * What stands here unfinished is replayed by the next leader, in order of arrival, before it polls.
 */
import type { Update } from './update.ts';

export interface JournalEntry {
  readonly update: Update;
  /**
   * How many attempts were begun, or may have been; 0 after `dead retry`. `ended`: the handler has ended, and the
   * entry stands here only so that the update is recognised when Telegram delivers it again.
   */
  readonly attempt: number | 'ended';
  /** The term in which the last of them was counted. */
  readonly countedEpoch: number;
  /** The term in which the update arrived, and its place there: together the order of arrival. */
  readonly arrivedEpoch: number;
  readonly arrivedIndex: number;
}

export interface OpenedJournal {
  /** False when the leader before did not give its lock back: something ended it in the middle. */
  readonly endedCleanly: boolean;
  /** In order of arrival. */
  readonly entries: readonly JournalEntry[];
  /** Those that nobody can read: they stand among the dead updates now. */
  readonly unreadable: readonly string[];
}

/** Updates whose handlers have ended. */
export interface FinishedUpdates {
  /** Nobody needs their entries any more. */
  readonly finishedIds: readonly number[];
  /** Their entries stay, so that the updates are recognised when Telegram delivers them again. */
  readonly tombstoneIds: readonly number[];
}

/** Each call is one atomic step and fails with an error of `core/store-errors.ts`. */
export interface UpdateJournal {
  /** What earlier terms left behind, if the lock holds `value`. */
  open(value: string): Promise<OpenedJournal | 'lock lost'>;
  /**
   * Counts one more attempt at entries of an earlier term, before their handlers run; once in an epoch, however
   * often it is called. Those over `attemptsMax` go to the dead updates instead. In the same step removes what is
   * finished, and marks as ended what Telegram may deliver again.
   */
  beginAttempts(
    term: { readonly value: string; readonly epoch: number },
    updateIds: readonly number[],
    options: { readonly attemptsMax: number } & FinishedUpdates,
  ): Promise<readonly (number | 'given up')[] | 'lock lost'>;
  /** Adds entries and removes finished ones, if the lock holds `value`. */
  write(
    value: string,
    change: { readonly add: readonly JournalEntry[]; readonly finishedIds: readonly number[] },
  ): Promise<'written' | 'lock lost'>;
}

/** How often an update is tried before it goes to the dead ones. */
export const attemptsMax = 3;
