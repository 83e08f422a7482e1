/**
 * The port of the journal: updates that were confirmed to Telegram before their handlers ended, and tombstones of
 * updates whose handlers ended but which Telegram may deliver again.
 *
 * The next leader replays the unfinished entries, in order of arrival, before it polls.
 */
import type { Update } from './update.ts';

export interface JournalEntry {
  readonly update: Update;
  /**
   * How many attempts began, or may have begun; 0 after `dead retry`. `ended`: a tombstone. The handler has ended, and
   * the entry stays only so that the update is recognised when Telegram delivers it again.
   */
  readonly attempt: number | 'ended';
  /** The term that counted the last attempt. */
  readonly countedEpoch: number;
  /** The term in which the update arrived, and its place in that term: together the order of arrival. */
  readonly arrivedEpoch: number;
  readonly arrivedIndex: number;
}

export interface OpenedJournal {
  /** False when the previous leader did not release its lock: it ended while it worked. */
  readonly endedCleanly: boolean;
  /** In order of arrival. */
  readonly entries: readonly JournalEntry[];
  /** Ids of entries that could not be read. They are dead letters now. */
  readonly unreadable: readonly string[];
}

/** Updates whose handlers have ended. */
export interface FinishedUpdates {
  /** Their entries can be removed. */
  readonly finishedIds: readonly number[];
  /** Their entries become tombstones: Telegram may deliver these updates again. */
  readonly tombstoneIds: readonly number[];
}

/** Each call is one atomic step and fails with an error of `core/platform/store-errors.ts`. */
export interface UpdateJournal {
  /** What earlier terms left behind, if the lock holds `value`. */
  open(value: string): Promise<OpenedJournal | 'lock lost'>;
  /**
   * Counts one more attempt for entries of earlier terms, before their handlers run. An entry is counted once per
   * epoch, however often this is called. Entries over `attemptsMax` become dead letters instead. The same step removes
   * the finished entries and turns those that Telegram may deliver again into tombstones.
   */
  beginAttempts(
    term: { readonly value: string; readonly epoch: number },
    updateIds: readonly number[],
    options: { readonly attemptsMax: number } & FinishedUpdates,
  ): Promise<readonly (number | 'dead letter')[] | 'lock lost'>;
  /** Adds entries and removes finished ones, if the lock holds `value`. */
  write(
    value: string,
    change: { readonly add: readonly JournalEntry[]; readonly finishedIds: readonly number[] },
  ): Promise<'written' | 'lock lost'>;
}

/** After this many attempts an update becomes a dead letter. */
export const attemptsMax = 3;
