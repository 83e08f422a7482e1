/**
 * The journal as one term uses it: it waits out the store's trouble, and a lost lock ends the term.
 *
 * Guarantees: it sends nothing once the term may not act. Opening reads the journal piece by piece, repeats only the
 * piece that failed, and returns at once at a stop.
 * Does not guarantee: when a request sent before is carried out. If another leader holds the lock by then, the scripts
 * refuse it.
 */

import type { Term } from '../lease/term.ts';
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';
import { orAborted } from '../platform/or-aborted.ts';
import {
  type AttemptToCount,
  attemptsMax,
  type FinishedUpdates,
  type JournalChange,
  type JournalEntry,
  type JournalReading,
  type UpdateJournal,
} from './journal.ts';
import type { Update } from './update.ts';

/** What earlier terms left behind. */
export interface OpenedJournal {
  readonly endedCleanly: boolean;
  /** In order of arrival. */
  readonly entries: readonly JournalEntry[];
  /** Ids of entries that could not be read. They are dead letters now. */
  readonly unreadable: readonly string[];
  /** Ids of entries of a later version. They stay where they are. */
  readonly newer: readonly string[];
}

export interface TermJournalOptions {
  readonly journal: UpdateJournal;
  readonly clock: Clock;
  onTrouble(what: string, error: unknown): void;
}

/** The first wait after trouble; each further one is twice as long, up to the longest. */
export const storeRetryMs = 500;
export const storeRetryMaxMs = 4000;
/** How many ids one request may carry. */
const idsMax = 2000;

export class TermJournal {
  private readonly options: TermJournalOptions;
  private readonly term: Term;

  constructor(options: TermJournalOptions, term: Term) {
    this.options = options;
    this.term = term;
  }

  /** Retries until it succeeds; undefined when the term is over or `stop` aborts. */
  async open(stop: AbortSignal): Promise<OpenedJournal | undefined> {
    const { journal } = this.options;
    const { value, overSignal } = this.term;
    const signal = AbortSignal.any([stop, overSignal]);
    const ask = <T>(step: () => Promise<T | 'lock lost'>): Promise<T | undefined> =>
      this.retryWhileLeading('open the journal', () => orAborted(step(), signal), signal);

    const start = await ask(() => journal.open(value));
    if (start === undefined) return undefined;
    const ids = [...start.ids];
    for (let { next } = start; next !== undefined; ) {
      const after = next;
      const more = await ask(() => journal.list(value, after));
      if (more === undefined) return undefined;
      ids.push(...more.ids);
      next = more.next;
    }
    const readings: JournalReading[] = [start.reading];
    for (let at = start.reading.answered; at < ids.length; ) {
      const asked = ids.slice(at, at + idsMax);
      const reading = await ask(() => journal.read(value, asked));
      if (reading === undefined) return undefined;
      assert(reading.answered > 0, 'every answer brings the journal on');
      readings.push(reading);
      at += reading.answered;
    }
    const unreadable = readings.flatMap((reading) => reading.unreadable);
    for (let at = 0; at < unreadable.length; at += idsMax) {
      const piece = unreadable.slice(at, at + idsMax);
      if ((await ask(() => journal.putAside(value, piece))) === undefined) return undefined;
    }
    return {
      endedCleanly: start.endedCleanly,
      entries: readings.flatMap(({ entries }) => entries).sort(byArrival),
      unreadable,
      newer: readings.flatMap(({ newer }) => newer),
    };
  }

  /** Counts one more attempt for each, in the same order. Retries until it succeeds; undefined when the term is over. */
  beginAttempts(
    attempts: readonly AttemptToCount[],
    finished: FinishedUpdates,
  ): Promise<readonly (number | 'dead letter')[] | undefined> {
    const { journal } = this.options;
    return this.retryWhileLeading('count attempts', () =>
      journal.beginAttempts(this.term, attempts, { attemptsMax, ...finished }),
    );
  }

  /** Retries until these are written; false when the term is over or `stop` aborts. */
  async write(entries: readonly JournalEntry[], stop: AbortSignal): Promise<boolean> {
    const { journal } = this.options;
    for (const add of journal.split(entries).pieces) {
      const change = { add, finishedIds: [] };
      const step = () => orAborted(journal.write(this.term.value, change), stop);
      if ((await this.retryWhileLeading('write the journal', step, stop)) === undefined) return false;
    }
    return true;
  }

  /** Retries until the note is kept; false when the term is over or `stop` aborts. */
  async refuse(update: Update, stop: AbortSignal): Promise<boolean> {
    const step = () => orAborted(this.options.journal.refuse(this.term.value, update), stop);
    return (await this.retryWhileLeading('refuse an update', step, stop)) !== undefined;
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
    step: () => Promise<T | 'lock lost' | undefined>,
    stop = this.term.overSignal,
  ): Promise<T | undefined> {
    const { clock, onTrouble } = this.options;
    for (let waitMs = storeRetryMs; this.term.mayAct() && !stop.aborted; ) {
      try {
        const result = await step();
        if (result !== 'lock lost') return result;
        this.term.end('lost');
      } catch (error) {
        onTrouble(what, error);
        await clock.sleep(waitMs, AbortSignal.any([stop, this.term.overSignal]));
        waitMs = Math.min(2 * waitMs, storeRetryMaxMs);
      }
    }
    return undefined;
  }
}

function byArrival(a: JournalEntry, b: JournalEntry): number {
  return a.arrivedEpoch - b.arrivedEpoch || a.arrivedIndex - b.arrivedIndex;
}
