/**
 * One term of polling: replays the journal, fetches updates, runs their handlers, and confirms what is settled.
 *
 * Guarantees
 * - At least once: an update is confirmed to Telegram only when its handler has ended or the journal holds it.
 * - Order within a chat. A slow handler holds up its own chat only.
 * - No error ends polling for good, except a rejected token and, in development, another poller.
 * - Nothing is fetched, dispatched or confirmed once the term may not act.
 * - A stop begins no further handler and waits for those that run. Nothing is handled twice, as long as the store or
 *   Telegram answers: what Telegram can no longer be asked to confirm, the journal keeps as tombstones.
 *
 * Does not guarantee: exactly once. What was unfinished at a crash is handled again, marked as a later attempt.
 */
import type { Term } from '../lease/term.ts';
import { assert } from '../platform/assert.ts';
import { AttemptCounter } from './attempt-counter.ts';
import { ConditionWaits } from './condition-waits.ts';
import { Drain } from './drain.ts';
import { batchMax, Fetcher, type FetcherOptions, type FetchObserver, type FinalFailure } from './fetcher.ts';
import { type Attempt, type HandlerObserver, HandlerRunner } from './handler-run.ts';
import type { UpdateJournal } from './journal.ts';
import { Lanes } from './lanes.ts';
import { SessionJournal, type SessionJournalObserver } from './session-journal.ts';
import { storeRetryMs } from './term-journal.ts';
import type { HandleUpdate, Update } from './update.ts';
import { type TrackedUpdate, UpdateLedger } from './update-ledger.ts';

export interface SessionObserver extends HandlerObserver, FetchObserver, SessionJournalObserver {
  onReceived(updates: readonly Update[]): void;
  /** Fetching pauses until handlers have ended. */
  onBackpressure(inFlight: number): void;
}

/** Queue mode: the handler passes updates on, as often as it takes. */
export interface Forwarding {
  /** False while the queue is too full: fetching holds. */
  readonly mayFetch: () => boolean;
}

export interface SessionOptions extends FetcherOptions {
  readonly journal: UpdateJournal;
  readonly handle: HandleUpdate;
  readonly observer: SessionObserver;
  readonly inFlightMax: number;
  readonly drainTimeoutMs: number;
  /** If set, no attempt is counted: no handler runs here that could end the process. */
  readonly forwarding?: Forwarding | undefined;
}

export type SessionEnd = 'ended' | FinalFailure;

/** A handler that takes longer is reported as overdue. */
const handlerLimitMs = 60_000;
/**
 * How long handlers may take before their updates are journaled. It depends on the poll before: where nothing waits at
 * Telegram, a delay may save a write; where more waits, a delay costs more. From a batch of `crowdedFrom` on there is
 * none: as many people would wait for it, and they share the write.
 */
const graceBusyMs = 25;
const graceQuietMs = 150;
const quietAfterMs = 250;
const crowdedFrom = 5;
/** A request has left the process by then: the client takes several turns of the event loop for it. */
const requestOutMs = 2;
/** Queued updates cost only memory, so accept this many times more of them. */
const queuedFactor = 20;
/** And no more than this many characters of updates that wait: the next leader has to hold them too. */
const heldSizeMax = 32_000_000;
const uncounted: Attempt = { number: 1, release: () => {} };

export class PollingSession {
  readonly ledger: UpdateLedger;
  private readonly options: SessionOptions;
  private readonly term: Term;
  private readonly ending = new AbortController();
  /** Aborts when fetching must stop, and no further handler may begin. */
  private readonly fetchEnd: AbortSignal;
  private readonly fetcher: Fetcher;
  private readonly journal: SessionJournal;
  private readonly lanes: Lanes<TrackedUpdate>;
  private readonly waits: ConditionWaits;
  /**
   * After a leader that did not end cleanly, this many of the next updates may have been attempted by it. It left at
   * most one batch unconfirmed, so an empty answer means that none is left.
   */
  private possiblyAttempted = 0;
  private lastBatchSize = 0;
  /** With a backlog whose handlers take time: journal each batch before its handlers begin. */
  private writeAhead = false;

  constructor(options: SessionOptions, term: Term, stop: AbortSignal) {
    const { clock, handle, observer, journal, forwarding } = options;
    this.options = options;
    this.term = term;
    this.fetchEnd = AbortSignal.any([stop, term.endingSignal, this.ending.signal]);
    this.fetcher = new Fetcher(options, { term, fetchEnd: this.fetchEnd });
    this.waits = new ConditionWaits(clock);
    this.ledger = new UpdateLedger(term.epoch);
    this.journal = new SessionJournal({ journal, clock, observer, ledger: this.ledger }, term, this.fetchEnd);
    const attempts = new AttemptCounter({
      clock,
      count: async (updates) => (this.mayBegin() ? this.journal.countAttempts(updates) : undefined),
      onDeadLetters: (updateIds) => observer.onDeadLetters(updateIds),
    });
    const handlers = new HandlerRunner({ clock, handle, permitOf: () => term, handlerLimitMs, observer });
    this.lanes = new Lanes({
      countAttempt: async (tracked) => (forwarding === undefined ? attempts.begin(tracked) : uncounted),
      untilOthersMayBegin: () => (forwarding === undefined ? attempts.untilOthersMayBegin() : undefined),
      runHandler: (tracked, attempt) => {
        this.ledger.handlerStarted(tracked);
        return handlers.run(tracked, attempt);
      },
      mayBegin: () => this.mayBegin(),
      mayAct: () => term.mayAct(),
      onStandstill: () => this.waits.check(),
      onEnded: (tracked) => {
        this.ledger.handlerEnded(tracked);
        this.waits.check();
      },
    });
  }

  /** Polls until the stop signal or the end of the term; then drains, and sets the term's hand-off. */
  async run(): Promise<SessionEnd> {
    if (!(await this.replay())) return 'ended';
    let end: SessionEnd = 'ended';
    while (!this.fetchEnd.aborted && end === 'ended') {
      await this.settleBatch();
      if (this.fetchEnd.aborted || !this.term.mayAct()) break;
      end = await this.pollOnce();
    }
    this.ending.abort(end);
    const isClean = await this.drain();
    if (isClean && this.possiblyAttempted === 0) this.term.handOff = 'clean';
    return end;
  }

  /** Telegram answered 409 in this session: what is pending there may be another program's. */
  get sawConflict(): boolean {
    return this.fetcher.sawConflict;
  }

  /** After a stop no further handler begins: what waits belongs to the next leader. */
  private mayBegin(): boolean {
    return !this.fetchEnd.aborted && this.term.mayAct();
  }

  /** False when the term ended, or a stop came, before the journal could be opened. */
  private async replay(): Promise<boolean> {
    const opened = await this.journal.open();
    if (opened === undefined) return false;
    // Holds until a drain proves otherwise, so also if this process crashes.
    this.term.handOff = 'dirty';
    this.possiblyAttempted = opened.endedCleanly ? 0 : batchMax;
    this.enqueue(this.ledger.replay(opened.entries));
    this.lanes.start();
    return true;
  }

  /** Handlers run from the next `lanes.start` on. */
  private enqueue(updates: readonly TrackedUpdate[]): void {
    for (const update of updates) this.lanes.add(update);
  }

  /** Returns when everything received may be confirmed and there is capacity for more, or fetching must stop. */
  private async settleBatch(): Promise<void> {
    const { clock, observer } = this.options;
    const { ledger } = this;
    const isSettled = (): boolean => ledger.unsettledCount === 0;
    const isFull = this.lastBatchSize >= batchMax;
    // Handlers without I/O end during this turn of the event loop.
    if (!isSettled()) await clock.sleep(0, this.fetchEnd);
    if (!isSettled() && this.lastBatchSize < crowdedFrom) await this.waitUntil(isSettled, this.graceMs());
    this.writeAhead ||= isFull && !isSettled();
    while (!isSettled() && !this.fetchEnd.aborted) {
      if (!(await this.journal.write(ledger.unsettled()))) await this.waitUntil(isSettled, storeRetryMs);
    }
    if (this.capacity <= 0) {
      observer.onBackpressure(ledger.inFlight);
      this.lanes.start();
      while (this.capacity <= 0 && !this.fetchEnd.aborted)
        await this.waitUntil(() => this.capacity > 0, storeRetryMs);
    }
    assert(isSettled() || this.fetchEnd.aborted, 'nothing below the next offset is unsettled');
  }

  private graceMs(): number {
    return this.fetcher.lastPollMs >= quietAfterMs ? graceQuietMs : graceBusyMs;
  }

  /** How many more updates may be fetched. A queue behind one stuck handler must not stop all other chats. */
  private get capacity(): number {
    const { inFlightMax, forwarding } = this.options;
    if (this.ledger.heldSize >= heldSizeMax || forwarding?.mayFetch() === false) return 0;
    return Math.min(inFlightMax - this.lanes.busyCount, inFlightMax * queuedFactor - this.ledger.inFlight);
  }

  private async pollOnce(): Promise<SessionEnd> {
    const poll = this.fetcher.fetch(this.capacity);
    if (this.writeAhead) await this.startHandlersDuringPoll();
    const fetched = await poll;
    if (typeof fetched === 'string') return fetched;
    if (fetched !== undefined) {
      this.ledger.confirmed(fetched.updates.length === 0 ? undefined : (fetched.offset ?? 0));
      // Leave at Telegram what arrives after a stop: the next leader does not wait for its handlers.
      if (!this.fetchEnd.aborted) await this.receive(fetched.updates);
    }
    return 'ended';
  }

  /** With a backlog, send the next poll first and start handlers during its round trip. */
  private async startHandlersDuringPoll(): Promise<void> {
    const { clock } = this.options;
    await clock.sleep(requestOutMs);
    this.lanes.start();
    await clock.sleep(0);
    if (this.ledger.batchEnded) this.writeAhead = false;
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
    if (!(await this.waitForIdConflicts(updates))) return;
    const received = this.ledger.entriesFor(updates, { isReplay });
    const entries = isReplay ? await this.journal.writeBeforeAttempt(received) : received;
    if (entries === undefined) return;
    this.possiblyAttempted = Math.max(0, this.possiblyAttempted - updates.length);
    this.fetcher.accept(last.update_id);
    observer.onReceived(entries.map(({ update }) => update));
    this.enqueue(this.ledger.receive(entries, { isReplay }));
    const isAhead = this.writeAhead && updates.length >= batchMax && !isReplay;
    if (!isAhead || !(await this.journal.write(this.ledger.unsettled()))) this.lanes.start();
  }

  /**
   * Telegram may reuse an id for another update. The journal holds one update per id, so the new one waits until the
   * old one has ended. False when fetching stopped first: then the new one stays at Telegram.
   */
  private async waitForIdConflicts(updates: readonly Update[]): Promise<boolean> {
    const { ledger } = this;
    const isFree = (): boolean => !ledger.hasIdConflict(updates);
    while (!isFree() && !this.fetchEnd.aborted) {
      this.lanes.start();
      await this.waitUntil(isFree, storeRetryMs);
    }
    return isFree();
  }

  private drain(): Promise<boolean> {
    const { clock, random, drainTimeoutMs: timeoutMs } = this.options;
    const { term, ledger, fetcher, journal, waits, lanes } = this;
    // A lane that has not started ends here: nothing begins any more.
    lanes.start();
    const isIdle = (): boolean => lanes.busyCount === 0;
    return new Drain({ clock, random, term, ledger, fetcher, journal, waits, isIdle, timeoutMs }).run();
  }

  private waitUntil(condition: () => boolean, timeoutMs: number, signal = this.fetchEnd): Promise<void> {
    return this.waits.until(condition, { timeoutMs, signal });
  }
}
