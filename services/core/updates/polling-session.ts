/**
 * One term of polling: fetches updates, has them handled, and confirms only what is settled.
 *
 * Guarantees
 * - At least once: an update is confirmed to Telegram only when its handler has ended or the journal holds it.
 * - Order within a chat; a slow handler holds up its own chat only.
 * - No error ends polling for good, except a rejected token.
 * - Nothing is fetched, dispatched or confirmed once the term may not act.
 * - A stop leaves nothing to be repeated while the store or Telegram answers: what Telegram does not let itself be
 *   confirmed any more, the journal remembers as ended.
 *
 * Does not guarantee: exactly once. What was unfinished at a crash is handled again, marked as a later attempt.
 */
import type { Term } from '../lease/term.ts';
import { AttemptCounter } from './attempt-counter.ts';
import { batchMax, confirmTimeoutMs, Fetcher, type FetcherOptions, type FetchObserver } from './fetcher.ts';
import type { JournalEntry, UpdateJournal } from './journal.ts';
import type { LaneObserver } from './lanes.ts';
import { storeRetryMs, TermJournal } from './term-journal.ts';
import type { HandleUpdate, Update } from './update.ts';
import { UpdateLedger } from './update-ledger.ts';

export interface SessionObserver extends LaneObserver, FetchObserver {
  onReceived(updates: readonly Update[]): void;
  onDeadLetters(updateIds: readonly number[]): void;
  /** Nothing more is fetched until handlers have ended. */
  onBackpressure(inFlight: number): void;
}

export interface SessionOptions extends FetcherOptions {
  readonly journal: UpdateJournal;
  readonly handle: HandleUpdate;
  readonly observer: SessionObserver;
  readonly inFlightMax: number;
  readonly drainTimeoutMs: number;
}

export type SessionEnd = 'ended' | 'token rejected';

/** How long a handler may take before it is reported. */
const handlerLimitMs = 60_000;
/**
 * How long handlers may take before the unfinished is journaled, by what the poll before told: a write is not worth
 * a delay where more waits at Telegram (a full batch: no delay at all), and not worth itself where nothing does.
 */
const graceBusyMs = 25;
const graceQuietMs = 150;
const quietAfterMs = 250;
/** A request is on its way by then: the client takes several turns of the event loop for it. */
const requestOutMs = 2;
/** What only waits in its lane costs memory alone: so many times more of it is taken in. */
const waitingFactor = 20;
/** No term has this epoch, so the next attempt counts. */
const beforeThisTerm = 0;
/** An abort without a reason makes an error with a stack, which costs more than all the rest of a wait. */
const awake = 'awake';

export class PollingSession {
  readonly ledger: UpdateLedger;
  private readonly options: SessionOptions;
  private readonly term: Term;
  /** Aborts when no more may be fetched. */
  private readonly fetchEnd: AbortSignal;
  private readonly fetcher: Fetcher;
  private readonly journal: TermJournal;
  /**
   * The leader before ended in the middle: so many of the next updates may be ones that it was handling. It had at
   * most one batch unconfirmed, so an empty answer says that none is left.
   */
  private possiblyAttempted = 0;
  private lastBatchSize = 0;
  /** There is a backlog, and its handlers do not end at once: each batch is journaled before they begin. */
  private writeAhead = false;

  constructor(options: SessionOptions, term: Term, stop: AbortSignal) {
    const { clock, handle, observer, journal } = options;
    this.options = options;
    this.term = term;
    this.fetchEnd = AbortSignal.any([stop, term.endingSignal]);
    this.fetcher = new Fetcher(options, { term, fetchEnd: this.fetchEnd });
    const onTrouble = (what: string, error: unknown): void => observer.onTrouble(what, error);
    this.journal = new TermJournal({ journal, clock, onTrouble }, term);
    const admissions = new AttemptCounter({
      count: (updateIds) => this.countAttempts(updateIds),
      onDeadLetters: (updateIds) => observer.onDeadLetters(updateIds),
    });
    this.ledger = new UpdateLedger(term.epoch, {
      clock,
      handle,
      admit: (job) => admissions.admit(job),
      observer,
      handlerLimitMs,
      mayAct: () => term.mayAct(),
      overSignal: term.overSignal,
    });
  }

  /** Polls until the stop signal or the end of the term; then drains, and notes in the term what it leaves. */
  async run(): Promise<SessionEnd> {
    if (!(await this.replay())) return 'ended';
    let end: SessionEnd = 'ended';
    while (!this.fetchEnd.aborted && end === 'ended') {
      await this.settleBatch();
      if (this.fetchEnd.aborted || !this.term.mayAct()) break;
      end = await this.pollOnce();
    }
    this.ledger.start();
    const allKept = await this.drain();
    if (allKept && this.possiblyAttempted === 0) this.term.handOff = 'clean';
    return end;
  }

  /** False when the term was over before the journal could be opened. */
  private async replay(): Promise<boolean> {
    const opened = await this.journal.open();
    if (opened === undefined) return false;
    // However this term ends from now on.
    this.term.handOff = 'dirty';
    if (opened.unreadable.length > 0) this.reportPutAside(opened.unreadable);
    this.possiblyAttempted = opened.endedCleanly ? 0 : batchMax;
    this.ledger.replay(opened.entries);
    this.ledger.start();
    return true;
  }

  private reportPutAside(fields: readonly string[]): void {
    const what = `entries of another form, put among the dead updates: ${fields.join(', ')}`;
    this.options.observer.onTrouble('read the journal', new Error(what));
  }

  private async countAttempts(
    updateIds: readonly number[],
  ): Promise<readonly (number | 'given up')[] | undefined> {
    const { ledger } = this;
    // Whatever ends the process now must not take along what has ended before.
    const tombstoneIds = ledger.tombstonesToWrite().map(({ update }) => update.update_id);
    const finished = { finishedIds: ledger.removable(), tombstoneIds };
    const counted = await this.journal.beginAttempts(updateIds, finished);
    if (counted !== undefined) ledger.markCounted(finished);
    return counted;
  }

  /** Returns when everything received may be confirmed and there is room for more, or fetching has ended. */
  private async settleBatch(): Promise<void> {
    const { clock, observer } = this.options;
    const { ledger } = this;
    const isSettled = (): boolean => ledger.unsettledCount === 0;
    const isFull = this.lastBatchSize >= batchMax;
    // What needs no I/O has ended when this returns.
    if (!isSettled()) await clock.sleep(0, this.fetchEnd);
    if (!isSettled() && !isFull) await this.waitFor(isSettled, this.graceMs());
    this.writeAhead ||= isFull && !isSettled();
    while (!isSettled() && !this.fetchEnd.aborted) {
      if (!(await this.writeJournal(ledger.unsettled()))) await this.waitFor(isSettled, storeRetryMs);
    }
    if (this.capacity > 0) return;
    observer.onBackpressure(ledger.inFlight);
    ledger.start();
    while (this.capacity <= 0 && !this.fetchEnd.aborted)
      await this.waitFor(() => this.capacity > 0, storeRetryMs);
  }

  private graceMs(): number {
    return this.fetcher.lastPollMs >= quietAfterMs ? graceQuietMs : graceBusyMs;
  }

  /** How many more may be fetched. One chat's queue behind a stuck handler must not stop all others. */
  private get capacity(): number {
    const { busyLanes, inFlight } = this.ledger;
    const { inFlightMax } = this.options;
    return Math.min(inFlightMax - busyLanes, inFlightMax * waitingFactor - inFlight);
  }

  /** Journals these and removes what is done. False when the store did not say that it did. */
  private async writeJournal(add: readonly JournalEntry[]): Promise<boolean> {
    const finishedIds = this.ledger.removable();
    this.ledger.writeBegins(add);
    const isWritten = await this.journal.tryToWrite({ add, finishedIds });
    this.ledger.writeEnded({ isWritten });
    if (isWritten) this.ledger.markRemoved(finishedIds);
    return isWritten;
  }

  private async pollOnce(): Promise<SessionEnd> {
    const poll = this.fetcher.fetch(this.capacity);
    if (this.writeAhead) await this.startMeanwhile();
    const fetched = await poll;
    if (fetched === 'token rejected') return fetched;
    if (fetched !== undefined) {
      this.ledger.confirmed(fetched.updates.length === 0 ? undefined : (fetched.offset ?? 0));
      // What comes after a stop stays at Telegram: the next leader need not wait for its handlers.
      if (!this.fetchEnd.aborted) await this.receive(fetched.updates);
    }
    return 'ended';
  }

  /** With a backlog the request for more goes out first: its round trip is time enough to begin the handlers. */
  private async startMeanwhile(): Promise<void> {
    const { clock } = this.options;
    await clock.sleep(requestOutMs);
    this.ledger.start();
    await clock.sleep(0);
    if (this.ledger.batchIsDone) this.writeAhead = false;
  }

  private async receive(updates: readonly Update[]): Promise<void> {
    const { observer } = this.options;
    this.lastBatchSize = updates.length;
    const last = updates.at(-1);
    const isReplay = this.possiblyAttempted > 0;
    if (last === undefined) {
      this.possiblyAttempted = 0;
      return;
    }
    if (!(await this.untilIdConflictsEnd(updates))) return;
    const entries = this.ledger.entriesFor(updates);
    if (isReplay && !(await this.journalBeforeTrying(entries))) return;
    this.possiblyAttempted = Math.max(0, this.possiblyAttempted - updates.length);
    this.fetcher.accept(last.update_id);
    observer.onReceived(entries.map(({ update }) => update));
    this.ledger.receive(entries, { isReplay });
    const isAhead = this.writeAhead && updates.length >= batchMax && !isReplay;
    if (!isAhead || !(await this.writeJournal(this.ledger.unsettled()))) this.ledger.start();
  }

  /**
   * What Telegram delivers first after a crash may be what the crashed leader was handling, and one of it what
   * crashed it. So it is journaled before it is tried, as tried once before.
   */
  private journalBeforeTrying(entries: readonly JournalEntry[]): Promise<boolean> {
    const add = entries.map((entry) => ({ ...entry, countedEpoch: beforeThisTerm }));
    return this.journal.writeFirst({ add, finishedIds: [] });
  }

  /**
   * Ids may come again with other content. The journal knows one update by each, so the new one waits for the end of
   * the old. False when fetching ended first: then it stays at Telegram.
   */
  private async untilIdConflictsEnd(updates: readonly Update[]): Promise<boolean> {
    const { ledger } = this;
    const isFree = (): boolean => !ledger.hasIdConflict(updates);
    while (!isFree() && !this.fetchEnd.aborted) {
      ledger.start();
      await this.waitFor(isFree, storeRetryMs);
    }
    return isFree();
  }

  /**
   * Lets handlers end, journals the rest, confirms what is settled. Stops early when the term may not act.
   * @returns whether Telegram will deliver nothing again that handlers have seen, or the journal recognises it
   */
  private async drain(): Promise<boolean> {
    const { ledger, term } = this;
    await this.untilHandlersEnd();
    const unsettled = ledger.unsettled();
    if (unsettled.length > 0 && term.mayAct()) {
      await this.writeJournal([...unsettled, ...ledger.tombstonesToWrite()]);
    }
    const isKept = term.mayAct() ? await this.confirm() : this.fetcher.unconfirmedLastId === undefined;
    return isKept && ledger.unsettledCount === 0;
  }

  private async untilHandlersEnd(): Promise<void> {
    const { clock, drainTimeoutMs } = this.options;
    const { ledger, term } = this;
    const isDone = (): boolean => ledger.inFlight === 0;
    const endMs = clock.monotonicMs() + drainTimeoutMs;
    while (!isDone() && term.mayAct() && clock.monotonicMs() < Math.min(endMs, this.lastStepsFromMs)) {
      const untilMs = Math.min(endMs, this.lastStepsFromMs, term.deadlineMs);
      await this.waitFor(isDone, untilMs - clock.monotonicMs(), term.overSignal);
    }
  }

  /** A revoked lock is not prolonged any more: journaling and confirming must end before its deadline. */
  private get lastStepsFromMs(): number {
    const { endReason, deadlineMs, times } = this.term;
    return endReason === 'revoked' ? deadlineMs - times.rpcTimeoutMs - confirmTimeoutMs : deadlineMs;
  }

  /** False when Telegram may deliver again what the journal does not know. */
  private async confirm(): Promise<boolean> {
    const { ledger, fetcher } = this;
    const lastId = fetcher.unconfirmedLastId;
    if (lastId !== undefined) {
      const offset = ledger.confirmableOffset(lastId);
      if (!(await fetcher.confirm(offset))) {
        // The next leader recognises these by the journal.
        return this.term.mayAct() && this.writeJournal(ledger.tombstones());
      }
      if (offset > lastId) ledger.confirmed(offset);
    }
    const toKeep = ledger.tombstonesToWrite();
    if (toKeep.length === 0 && ledger.removable().length === 0) return true;
    return (this.term.mayAct() && (await this.writeJournal(toKeep))) || toKeep.length === 0;
  }

  /** Until `isMet`, at most `delayMs`, not longer than `signal` lets it. */
  private async waitFor(isMet: () => boolean, delayMs: number, signal = this.fetchEnd): Promise<void> {
    const waiter = this.ledger.waitFor(isMet);
    const met = new AbortController();
    const sleep = this.options.clock.sleep(delayMs, AbortSignal.any([met.signal, signal]));
    await Promise.race([waiter.met, sleep]);
    met.abort(awake);
    waiter.forget();
  }
}
