/**
 * Keeps a session's ledger and its journal in step: whatever is written, removed or counted in the store is noted in
 * the ledger in the same order.
 *
 * An update that no request can carry (over about 650 kB of JSON; Telegram sends none near that) is never journaled. It
 * is handled like any other and holds up nobody, but a crash may lose it. If it may have caused a crash, it becomes a
 * dead letter, of which only the beginning is kept.
 */
import type { Term } from '../lease/term.ts';
import type { Clock } from '../platform/clock.ts';
import type { AttemptToCount, JournalEntry, UpdateJournal } from './journal.ts';
import { type OpenedJournal, TermJournal } from './term-journal.ts';
import { idsPerRequestMax, type UpdateLedger } from './update-ledger.ts';

export interface SessionJournalObserver {
  onDeadLetters(updateIds: readonly number[]): void;
  /** The journal cannot hold these: a crash may lose them. */
  onTooBig(updateIds: readonly number[]): void;
  onTrouble(what: string, error: unknown): void;
}

export interface SessionJournalOptions {
  readonly journal: UpdateJournal;
  readonly clock: Clock;
  readonly ledger: UpdateLedger;
  readonly observer: SessionJournalObserver;
}

/** How many ids one log line names. */
const shownIdsMax = 20;
/** No term has this epoch, so the next attempt is counted. */
const beforeThisTerm = 0;

export class SessionJournal {
  private readonly options: SessionJournalOptions;
  private readonly journal: TermJournal;
  /** Aborts when fetching must stop. */
  private readonly fetchEnd: AbortSignal;

  constructor(options: SessionJournalOptions, term: Term, fetchEnd: AbortSignal) {
    const { journal, clock, observer } = options;
    this.options = options;
    this.fetchEnd = fetchEnd;
    const onTrouble = (what: string, error: unknown): void => observer.onTrouble(what, error);
    this.journal = new TermJournal({ journal, clock, onTrouble }, term);
  }

  /** What earlier terms left behind; undefined when the term ended, or a stop came, first. */
  async open(): Promise<OpenedJournal | undefined> {
    const opened = await this.journal.open(this.fetchEnd);
    this.reportUnread(opened?.unreadable, 'unreadable entries, moved to the dead letters');
    this.reportUnread(
      opened?.newer,
      'entries of a newer version of this program; they stay for it to handle',
    );
    return opened;
  }

  /** Counts one more attempt for each, in the same order; undefined when the term is over. */
  async countAttempts(
    attempts: readonly AttemptToCount[],
  ): Promise<readonly (number | 'dead letter')[] | undefined> {
    const { ledger } = this.options;
    // If this attempt ends the process, what ended before must be known to have ended.
    const tombstones = ledger.tombstonesToWrite().slice(0, idsPerRequestMax);
    const tombstoneIds = tombstones.map(({ update }) => update.update_id);
    const finished = { finishedIds: ledger.removable(), tombstoneIds };
    const counted = await this.journal.beginAttempts(attempts, finished);
    if (counted !== undefined) ledger.markCounted(finished);
    return counted;
  }

  /** Adds these, piece by piece, and removes what the journal no longer needs. False unless the store confirmed it. */
  async write(add: readonly JournalEntry[]): Promise<boolean> {
    const { journal, ledger, observer } = this.options;
    const { pieces, tooBig } = journal.split(add);
    if (tooBig.length > 0) {
      observer.onTooBig(tooBig.map(({ update }) => update.update_id));
      ledger.markTooBig(tooBig);
    }
    ledger.writeStarted(pieces);
    const finished = ledger.removable(Number.POSITIVE_INFINITY);
    let isWritten = true;
    for (let index = 0; index < pieces.length || index * idsPerRequestMax < finished.length; index++) {
      const add = pieces[index] ?? { entries: [], lines: [] };
      const finishedIds = finished.slice(index * idsPerRequestMax, (index + 1) * idsPerRequestMax);
      // After a failure the rest is not sent.
      isWritten &&= await this.journal.tryWrite({ add, finishedIds });
      ledger.writeEnded(add, { isWritten });
      if (isWritten) ledger.markRemoved(finishedIds);
    }
    return isWritten;
  }

  /**
   * After a crash, the first updates may be those that the crashed leader was handling, and one of them may be the
   * cause. So journal them before the attempt, as attempted once. One that the journal cannot hold could crash one
   * leader after another: it becomes a dead letter.
   * @returns those to handle; undefined when the term ended, or a stop came, first
   */
  async writeBeforeAttempt<E extends JournalEntry>(
    received: readonly E[],
  ): Promise<readonly E[] | undefined> {
    const { journal, observer } = this.options;
    const tooBig = new Set<JournalEntry>(journal.split(received).tooBig);
    for (const { update } of tooBig) {
      if (!(await this.journal.refuse(update, this.fetchEnd))) return undefined;
      observer.onDeadLetters([update.update_id]);
    }
    const entries = received.filter((entry) => !tooBig.has(entry));
    const add = entries.map((entry) => ({ ...entry, countedEpoch: beforeThisTerm }));
    return (await this.journal.write(add, this.fetchEnd)) ? entries : undefined;
  }

  private reportUnread(ids: readonly string[] | undefined, what: string): void {
    if (ids === undefined || ids.length === 0) return;
    const rest = ids.length > shownIdsMax ? ` and ${ids.length - shownIdsMax} more` : '';
    const error = new Error(`${what}: ${ids.slice(0, shownIdsMax).join(', ')}${rest}`);
    this.options.observer.onTrouble('read the journal', error);
  }
}
