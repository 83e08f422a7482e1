/**
 * One term of polling: fetches updates, has them handled, and confirms only what is settled.
 *
 * Guarantees
 * - At least once: an update is confirmed to Telegram only when its handler has ended or the journal holds it.
 * - Order within a chat; a slow handler holds up its own chat only.
 * - No error ends polling for good, except a rejected token.
 * - Nothing is fetched, dispatched or confirmed once the term may not act.
 *
 * Does not guarantee: exactly once. What was unfinished at a crash is handled again, marked as a later attempt.
 */
import type { Clock } from '../clock.ts';
import type { PollHealth } from '../heartbeat/poll-health.ts';
import type { Term } from '../polling-lock/term.ts';
import type { Random } from '../random.ts';
import type { BotApi } from '../telegram/bot-api.ts';
import { Intake } from './intake.ts';
import { attemptsMax, type JournalEntry, type UpdateJournal } from './journal.ts';
import type { Admission, Job, LaneObserver } from './lanes.ts';
import { judgePollFailure, type PollFailure } from './poll-failure.ts';
import { Suspects, suspectAttempts } from './suspects.ts';
import type { HandleUpdate, Update } from './update.ts';

export interface DeliveryObserver extends LaneObserver {
  onPoll(result: 'ok' | PollFailure['kind'], elapsedMs: number): void;
  onReceived(updates: readonly Update[]): void;
  onGivenUp(updateIds: readonly number[]): void;
  /** Nothing more is fetched until handlers have ended. */
  onHold(inFlight: number): void;
  onTrouble(what: string, error: unknown): void;
}

export interface DeliveryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly api: BotApi;
  readonly journal: UpdateJournal;
  readonly handle: HandleUpdate;
  readonly observer: DeliveryObserver;
  readonly health: PollHealth;
  readonly allowedUpdates: readonly string[];
  readonly longPollTimeoutSeconds: number;
  readonly inFlightMax: number;
  readonly drainTimeoutMs: number;
}

export type DeliveryEnd = 'ended' | 'token rejected';

const batchMax = 100;
/** An answer may take this much longer than the waiting time that was asked for. */
export const pollSlackMs = 10_000;
/** How long a handler may take before it is reported. */
const handlerLimitMs = 60_000;
/**
 * How long handlers may take before the unfinished is journaled, by what the poll before told. With more waiting
 * at Telegram, fetching is worth more than a spared write; where nothing is behind, a write is not worth it.
 */
const graceFullBatchMs = 1;
const graceBusyMs = 25;
const graceQuietMs = 150;
const quietAfterMs = 250;
const storeRetryMs = 1000;
/** What only waits in its lane costs memory alone: so many times more of it is taken in. */
const waitingFactor = 20;
/** No term has this epoch, so the next attempt counts. */
const beforeThisTerm = 0;
/** The server confirms before it waits, so the answer matters less than a fast hand-over. */
const confirmTimeoutMs = 1500;
/** A poll that has waited this long at Telegram has arrived there, and confirmed by its offset. */
const arrivedAfterMs = 500;

export class Delivery {
  readonly intake: Intake;
  private readonly options: DeliveryOptions;
  private readonly term: Term;
  /** Aborts when no more may be fetched. */
  private readonly fetchEnd: AbortSignal;
  private offset: number | undefined;
  /** The last id that Telegram delivered and no later offset confirmed yet. */
  private unconfirmedLastId: number | undefined;
  private readonly suspects = new Suspects();
  /**
   * The leader before ended in the middle: so many of the next updates may be ones that it was handling. It had at
   * most one batch unconfirmed, so an empty answer says that none is left.
   */
  private maybeTried = 0;
  private lastBatchSize = 0;
  private lastPollMs = 0;
  private failuresInRow = 0;
  private polledOnce = false;

  constructor(options: DeliveryOptions, term: Term, stop: AbortSignal) {
    this.options = options;
    this.term = term;
    this.fetchEnd = AbortSignal.any([stop, term.endingSignal]);
    const { clock, handle, observer } = options;
    const admit = (job: Job) => this.admit(job);
    this.intake = new Intake(term.epoch, {
      clock,
      handle,
      admit,
      observer,
      handlerLimitMs,
      mayAct: () => term.mayAct(),
    });
  }

  /** Polls until the stop signal or the end of the term; then drains. */
  async run(): Promise<DeliveryEnd> {
    let end: DeliveryEnd = 'ended';
    await this.replay();
    while (!this.fetchEnd.aborted && end === 'ended') {
      await this.settleBatch();
      if (this.fetchEnd.aborted || !this.term.mayAct()) break;
      end = await this.pollOnce();
    }
    await this.drain();
    return end;
  }

  private async replay(): Promise<void> {
    const opened = await this.insist('open the journal', () => this.options.journal.open(this.term.value));
    if (opened === undefined) return;
    this.maybeTried = opened.endedWell ? 0 : batchMax;
    this.intake.replay(opened.entries);
  }

  /** Counts the attempt; suspects wait for one another, until the one before has ended or is overdue. */
  private async admit({ update, attempt }: Job): Promise<Admission | 'given up' | 'term over'> {
    const { journal, observer } = this.options;
    const leave = attempt >= suspectAttempts ? await this.suspects.enter() : () => {};
    const finishedIds = this.intake.removable();
    const counted = await this.insist('count an attempt', () =>
      journal.beginAttempt(this.term, update.update_id, { attemptsMax, finishedIds }),
    );
    if (typeof counted === 'number') {
      this.intake.markRemoved(finishedIds);
      return { attempt: counted, leave };
    }
    leave();
    if (counted === undefined) return 'term over';
    observer.onGivenUp([update.update_id]);
    return counted;
  }

  /** Repeats a step of the journal until the store did it; undefined when the term is over. */
  private async insist<T>(what: string, step: () => Promise<T | 'lock lost'>): Promise<T | undefined> {
    const { observer, clock } = this.options;
    while (this.term.mayAct()) {
      try {
        const result = await step();
        if (result !== 'lock lost') return result;
        this.term.end('lost');
      } catch (error) {
        observer.onTrouble(what, error);
        await clock.sleep(storeRetryMs, this.term.overSignal);
      }
    }
    return undefined;
  }

  /** Returns when everything received may be confirmed and there is room for more, or fetching has ended. */
  private async settleBatch(): Promise<void> {
    const { clock, observer, inFlightMax } = this.options;
    const graceEndMs = clock.monotonicMs() + this.graceMs();
    while (this.intake.unsettledCount > 0 && !this.fetchEnd.aborted) {
      const leftMs = graceEndMs - clock.monotonicMs();
      if (leftMs > 0) await this.changeWithin(leftMs);
      else if (!(await this.writeJournal())) await this.changeWithin(storeRetryMs);
    }
    if (this.room(inFlightMax) <= 0) observer.onHold(this.intake.inFlight);
    while (this.room(inFlightMax) <= 0 && !this.fetchEnd.aborted) await this.changeWithin(storeRetryMs);
  }

  private graceMs(): number {
    if (this.lastBatchSize >= batchMax) return graceFullBatchMs;
    return this.lastPollMs >= quietAfterMs ? graceQuietMs : graceBusyMs;
  }

  /** How many more may be fetched. One chat's queue behind a stuck handler must not stop all others. */
  private room(inFlightMax: number): number {
    const { busyLanes, inFlight } = this.intake;
    return Math.min(inFlightMax - busyLanes, inFlightMax * waitingFactor - inFlight);
  }

  /** Journals what is unfinished and removes what is done. False when the store did not do it. */
  private async writeJournal(): Promise<boolean> {
    const { journal, observer } = this.options;
    const add = this.intake.unsettled();
    const finishedIds = this.intake.removable();
    this.intake.markSentToJournal(add);
    try {
      const result = await journal.write(this.term.value, { add, finishedIds });
      if (result === 'lock lost') {
        this.term.end('lost');
        return false;
      }
    } catch (error) {
      observer.onTrouble('write the journal', error);
      return false;
    }
    this.intake.markJournaled(add);
    this.intake.markRemoved(finishedIds);
    return true;
  }

  private async pollOnce(): Promise<DeliveryEnd> {
    const { clock, observer, health } = this.options;
    const startedMs = clock.monotonicMs();
    try {
      const updates = await this.fetchUpdates();
      this.failuresInRow = 0;
      this.polledOnce = true;
      health.succeeded({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
      this.lastPollMs = clock.monotonicMs() - startedMs;
      observer.onPoll('ok', this.lastPollMs);
      await this.receive(updates);
      return 'ended';
    } catch (error) {
      const elapsedMs = clock.monotonicMs() - startedMs;
      if (!this.fetchEnd.aborted) return this.pollFailed(error, elapsedMs);
      if (elapsedMs >= arrivedAfterMs && this.failuresInRow === 0) this.unconfirmedLastId = undefined;
      return 'ended';
    }
  }

  private fetchUpdates(): Promise<Update[]> {
    const { api, allowedUpdates, longPollTimeoutSeconds, inFlightMax } = this.options;
    // The first poll, and the one after a failure, come back at once: so health is known without delay.
    const timeout = this.polledOnce && this.failuresInRow === 0 ? longPollTimeoutSeconds : 0;
    const parameters = {
      ...(this.offset === undefined ? {} : { offset: this.offset }),
      limit: Math.min(batchMax, this.room(inFlightMax)),
      timeout,
      allowed_updates: allowedUpdates,
    };
    return api.call('getUpdates', parameters, {
      timeoutMs: timeout * 1000 + pollSlackMs,
      signal: this.fetchEnd,
    });
  }

  private async receive(updates: readonly Update[]): Promise<void> {
    const { observer } = this.options;
    const isReplay = this.maybeTried > 0;
    this.maybeTried = updates.length === 0 ? 0 : Math.max(0, this.maybeTried - updates.length);
    this.lastBatchSize = updates.length;
    this.unconfirmedLastId = undefined;
    const last = updates.at(-1);
    if (last === undefined) return;
    const entries = this.intake.entriesFor(updates);
    if (isReplay && !(await this.journalBeforeTrying(entries))) return;
    observer.onReceived(entries.map(({ update }) => update));
    this.intake.receive(entries, { isReplay });
    this.unconfirmedLastId = last.update_id;
    this.offset = last.update_id + 1;
  }

  /**
   * What Telegram delivers first after a crash may be what the crashed leader was handling, and one of it what
   * crashed it. So it is journaled before it is tried, as tried once before.
   */
  private async journalBeforeTrying(entries: readonly JournalEntry[]): Promise<boolean> {
    const { journal } = this.options;
    const add = entries.map((entry) => ({ ...entry, countedEpoch: beforeThisTerm }));
    const change = { add, finishedIds: [] };
    return (
      (await this.insist('write the journal', () => journal.write(this.term.value, change))) !== undefined
    );
  }

  private async pollFailed(error: unknown, elapsedMs: number): Promise<DeliveryEnd> {
    const { clock, random, observer, health } = this.options;
    this.failuresInRow++;
    const failure = judgePollFailure(error, this.failuresInRow, random.unit());
    health.failedWith(error instanceof Error ? error.message : String(error));
    observer.onPoll(failure.kind, elapsedMs);
    observer.onTrouble('getUpdates', error);
    if (failure.kind === 'token rejected') return 'token rejected';
    if (failure.kind === 'webhook') await this.removeWebhook();
    await clock.sleep(failure.delayMs, this.fetchEnd);
    return 'ended';
  }

  private async removeWebhook(): Promise<void> {
    const { api, observer } = this.options;
    try {
      await api.call(
        'deleteWebhook',
        { drop_pending_updates: false },
        { timeoutMs: pollSlackMs, signal: this.fetchEnd },
      );
    } catch (error) {
      observer.onTrouble('deleteWebhook', error);
    }
  }

  /** Lets handlers end, journals the rest, confirms what is settled. Stops early when the term may not act. */
  private async drain(): Promise<void> {
    const { clock, drainTimeoutMs } = this.options;
    const endMs = clock.monotonicMs() + drainTimeoutMs;
    while (this.intake.inFlight > 0 && this.term.mayAct() && clock.monotonicMs() < endMs) {
      const leftMs = Math.min(endMs, this.term.deadlineMs) - clock.monotonicMs();
      await this.changeWithin(leftMs, this.term.overSignal);
    }
    const toWrite = (): boolean => this.intake.unsettledCount > 0 || this.intake.removable().length > 0;
    if (toWrite() && this.term.mayAct()) await this.writeJournal();
    if (this.term.mayAct()) await this.confirm();
  }

  private async confirm(): Promise<void> {
    if (this.unconfirmedLastId === undefined) return;
    const { api, observer } = this.options;
    const offset = this.intake.confirmableOffset(this.unconfirmedLastId);
    try {
      await api.call('getUpdates', { offset, limit: 1, timeout: 0 }, { timeoutMs: confirmTimeoutMs });
    } catch (error) {
      observer.onTrouble('confirm the last updates', error);
    }
  }

  /** Waits for the next handler's end, at most `delayMs`, not longer than `signal` lets it. */
  private async changeWithin(delayMs: number, signal = this.fetchEnd): Promise<void> {
    const changed = new AbortController();
    const sleep = this.options.clock.sleep(delayMs, AbortSignal.any([changed.signal, signal]));
    await Promise.race([this.intake.nextChange(), sleep]);
    changed.abort();
  }
}
