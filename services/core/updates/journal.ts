/**
 * The port of the journal: updates that were confirmed to Telegram before their handlers ended, and tombstones of
 * updates whose handlers ended but which Telegram may deliver again.
 *
 * The next leader replays the unfinished entries, in order of arrival, before it polls.
 *
 * The store refuses a request or an answer over 1 MB, so the journal is written and read in pieces. Each piece is one
 * atomic step, fenced by the term's lock value and safe to repeat.
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
  /** One more attempt began in that term, beside other suspects. It is not counted. */
  readonly triedBesideOthers?: true;
  /** The term in which the update arrived, and its place in that term: together the order of arrival. */
  readonly arrivedEpoch: number;
  readonly arrivedIndex: number;
}

/** Entries that fit into one request. */
export interface JournalPiece {
  readonly entries: readonly JournalEntry[];
  /** As stored, in the same order. */
  readonly lines: readonly string[];
}

export interface JournalSplit {
  /** In the order given; one empty piece if there are no entries. */
  readonly pieces: readonly JournalPiece[];
  /** No request can carry them. */
  readonly tooBig: readonly JournalEntry[];
}

/** What one answer brings of the journal. */
export interface JournalReading {
  readonly entries: readonly JournalEntry[];
  /** Ids of entries that no version wrote, or that fit into no answer. */
  readonly unreadable: readonly string[];
  /** Ids of entries in the format of a later version. */
  readonly newer: readonly string[];
  /** How many of the ids asked for it answers, from the first. */
  readonly answered: number;
}

export interface JournalIds {
  /** In no order. */
  readonly ids: readonly string[];
  /** The id after which the next piece begins; undefined if this is the last. */
  readonly next: string | undefined;
}

export interface JournalStart extends JournalIds {
  /** False when the previous leader did not release its lock: it ended while it worked. */
  readonly endedCleanly: boolean;
  /** The entries of the first ids. */
  readonly reading: JournalReading;
}

/** Updates whose handlers have ended. */
export interface FinishedUpdates {
  /** Their entries can be removed. */
  readonly finishedIds: readonly number[];
  /** Their entries become tombstones: Telegram may deliver these updates again. */
  readonly tombstoneIds: readonly number[];
}

/** An attempt to count, or only to mark, before its handler runs. */
export interface AttemptToCount {
  readonly updateId: number;
  readonly mode: AttemptMode;
}

/**
 * `beside others`: several suspects run at once. If the process ends, any of them may be the cause, so the attempt is
 * only marked, and each that was running gets its next attempt alone.
 */
export type AttemptMode = 'alone' | 'beside others';

export interface JournalChange {
  readonly add: JournalPiece;
  readonly finishedIds: readonly number[];
}

/** Each call is one atomic step and fails with an error of `core/platform/store-errors.ts`. */
export interface UpdateJournal {
  /** How the term before ended, and the first piece of what earlier terms left behind, if the lock holds `value`. */
  open(value: string): Promise<JournalStart | 'lock lost'>;
  /** More ids, after those of the piece before. */
  list(value: string, after: string): Promise<JournalIds | 'lock lost'>;
  /** The entries of as many of these ids as fit into one answer: at least one. */
  read(value: string, ids: readonly string[]): Promise<JournalReading | 'lock lost'>;
  /** Moves entries to the dead letters as they are. */
  putAside(value: string, ids: readonly string[]): Promise<'moved' | 'lock lost'>;
  /** Keeps a note of an update that is too big as a dead letter. */
  refuse(value: string, update: Update): Promise<'refused' | 'lock lost'>;
  /**
   * Counts one more attempt for entries of earlier terms, before their handlers run. An entry is counted once per
   * epoch, however often this is called. Entries over `attemptsMax` become dead letters instead. The same step removes
   * the finished entries and turns those that Telegram may deliver again into tombstones.
   */
  beginAttempts(
    term: { readonly value: string; readonly epoch: number },
    attempts: readonly AttemptToCount[],
    options: { readonly attemptsMax: number } & FinishedUpdates,
  ): Promise<readonly (number | 'dead letter')[] | 'lock lost'>;
  /** Splits entries into pieces that one request can carry. */
  split(entries: readonly JournalEntry[]): JournalSplit;
  /** Adds entries and removes finished ones, if the lock holds `value`. */
  write(value: string, change: JournalChange): Promise<'written' | 'lock lost'>;
}

/** After this many attempts an update becomes a dead letter. */
export const attemptsMax = 3;
