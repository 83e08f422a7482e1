/**
 * The journal: updates that were confirmed to Telegram before their handlers ended.
 *
 * What stands here is replayed by the next leader, in order of arrival, before it polls.
 */
import type { Update } from './update.ts';

export interface JournalEntry {
  readonly update: Update;
  /** The attempt that runs, or will run next; 1 at first. */
  readonly attempt: number;
  /** The term in which the update arrived, and its place there: together the order of arrival. */
  readonly arrivedEpoch: number;
  readonly arrivedIndex: number;
}

export interface Replay {
  readonly entries: readonly JournalEntry[];
  /** Ids of updates that were given up now, because their attempts are used up. */
  readonly givenUpIds: readonly number[];
}

/** Each call is one atomic step and fails with an error of `core/store-errors.ts`. */
export interface UpdateJournal {
  /**
   * Begins a term: raises every entry's attempt, gives up those over `attemptsMax`, returns the rest in order.
   * Repeating it within the same epoch raises nothing again.
   */
  replay(term: { value: string; epoch: number }, attemptsMax: number): Promise<Replay | 'lock lost'>;
  /** Adds entries and removes finished ones, if the lock still holds `value`. */
  write(
    value: string,
    change: { add: readonly JournalEntry[]; finishedIds: readonly number[] },
  ): Promise<'written' | 'lock lost'>;
}

export const attemptsMax = 3;
