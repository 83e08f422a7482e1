/**
 * getUpdates: the throttle, the single parked call, how it wakes, and the conflicts.
 *
 * Guarantees: rules 2 and 7 to 15 of the semantics note. A parked call stays parked if its client hangs up. Its answer then
 * goes nowhere, but nothing is lost, because delivery confirms nothing.
 * Assumes: `wake()` is called after each new update. Source: telegram-bot-api's `Client.cpp`.
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { Arguments } from './arguments.ts';
import { type ApiAnswer, conflictTexts, refuse, succeedWithJson } from './errors.ts';
import type { Tell } from './events.ts';
import type { QueuedUpdate } from './id-sequence.ts';
import type { Conflict, OpenPoll, PollClient, PollLog } from './poll-log.ts';
import type { UpdateQueue } from './update-queue.ts';

const timeoutMaxSeconds = 50;
const limitMax = 100;
/** A repeated offset within this time waits at least as long. */
const repeatWaitMs = 3000;
/** A repeated offset within this time gets only one update. */
const repeatSingleMs = 500;
/** At most one conflict in this time is answered at once; the others are answered this much later. */
const conflictPaceMs = 3000;
/** How long the parked call waits after an update for another one, and how long in all. */
const wakeDelayMs = 1;
const wakeDelayMaxMs = 2;
/** An answer stops near this size; each update counts with its JSON and a flat share for its id. */
const answerBytesMax = 2 ** 22;
const updateOverheadBytes = 50;

interface Parked {
  readonly poll: OpenPoll;
  readonly offset: number;
  readonly limit: number;
  /** The latest time of its answer. */
  deadlineMs: number;
  /** Ends the current wait. */
  timer: AbortController;
  readonly answer: (answer: ApiAnswer) => void;
}

export interface GetUpdatesParts {
  readonly clock: Clock;
  readonly queue: UpdateQueue;
  readonly log: PollLog;
  readonly tell: Tell;
  /** Aborts when the emulator is closed: no wait outlives it. */
  readonly closing: AbortSignal;
}

export class GetUpdates {
  readonly #clock: Clock;
  readonly #queue: UpdateQueue;
  readonly #log: PollLog;
  readonly #tell: Tell;
  #parked: Parked | undefined;
  #previousOffset: number | undefined;
  #previousStartMs = Number.NEGATIVE_INFINITY;
  #nextImmediateConflictMs = Number.NEGATIVE_INFINITY;

  readonly #closing: AbortSignal;

  constructor(parts: GetUpdatesParts) {
    this.#clock = parts.clock;
    this.#queue = parts.queue;
    this.#log = parts.log;
    this.#tell = parts.tell;
    this.#closing = parts.closing;
  }

  get parked(): { offset: number; limit: number; leftMs: number; ghost: boolean } | null {
    if (this.#parked === undefined) return null;
    const { offset, limit, deadlineMs, poll } = this.#parked;
    const leftMs = Math.max(0, deadlineMs - this.#clock.monotonicMs());
    return { offset, limit, leftMs, ghost: poll.client.gone.aborted };
  }

  call(args: Arguments, client: PollClient): Promise<ApiAnswer> {
    const offset = args.integer('offset', { absent: 0 });
    let limit = args.integer('limit', { absent: 100, min: 1, max: limitMax });
    let timeoutMs = args.integer('timeout', { absent: 0, min: 0, max: timeoutMaxSeconds }) * 1000;
    const poll = this.#log.open(client, { offset, limit, timeoutSeconds: timeoutMs / 1000 });

    const nowMs = this.#clock.monotonicMs();
    const sinceMs = nowMs - this.#previousStartMs;
    if (offset === this.#previousOffset) {
      if (sinceMs < repeatWaitMs) timeoutMs = Math.max(timeoutMs, repeatWaitMs);
      if (sinceMs < repeatSingleMs) limit = 1;
    }
    this.#previousOffset = offset;
    this.#previousStartMs = nowMs;

    const fetched = this.#fetch(offset, limit);
    if (fetched.updates.length > 0 || timeoutMs === 0) {
      return Promise.resolve(this.#succeed(poll, fetched.updates));
    }
    return this.#park({ poll, offset: fetched.offset, limit, timeoutMs });
  }

  /** Refuses because a webhook is set; counts for the pace of conflicts, but not as a previous call. */
  refuseForWebhook(client: PollClient): Promise<ApiAnswer> {
    const poll = this.#log.open(client, {});
    return new Promise((answer) => this.#conflict(poll, 'webhook-active', answer));
  }

  endForWebhook(): void {
    this.#endParked('set-webhook');
  }

  /** Forgets the parked call without an answer: its connection is gone with the server. */
  close(): void {
    this.#parked?.timer.abort();
    this.#parked = undefined;
  }

  /** To be called after each new update. */
  wake(): void {
    const parked = this.#parked;
    if (parked === undefined) return;
    const nowMs = this.#clock.monotonicMs();
    // The first update after the parking sets the nearest deadline; later ones only wait up to it.
    parked.deadlineMs = Math.min(nowMs + wakeDelayMaxMs, parked.deadlineMs);
    parked.timer.abort();
    this.#wait(parked, Math.min(nowMs + wakeDelayMs, parked.deadlineMs) - nowMs);
  }

  #fetch(offset: number, limit: number): { updates: readonly QueuedUpdate[]; offset: number } {
    const droppedBefore = this.#queue.droppedCount;
    const fetched = this.#queue.fetch({ offset, limit }, this.#clock.monotonicMs());
    const dropped = this.#queue.droppedCount - droppedBefore;
    if (dropped > 0) this.#tell('updates-dropped', { count: dropped, by: 'negative offset' });
    const confirmed = fetched.confirmedIds;
    if (confirmed.length > 0) {
      const [firstId, lastId] = [confirmed[0], confirmed.at(-1)];
      this.#tell('updates-confirmed', { count: confirmed.length, firstId, lastId });
    }
    return fetched;
  }

  #park(call: { poll: OpenPoll; offset: number; limit: number; timeoutMs: number }): Promise<ApiAnswer> {
    this.#endParked('other-poll');
    return new Promise((answer) => {
      const deadlineMs = this.#clock.monotonicMs() + call.timeoutMs;
      const parked = { ...call, answer, deadlineMs, timer: new AbortController() };
      this.#parked = parked;
      this.#wait(parked, call.timeoutMs);
    });
  }

  #wait(parked: Parked, delayMs: number): void {
    const timer = new AbortController();
    parked.timer = timer;
    void this.#clock.sleep(delayMs, timer.signal).then(() => {
      if (timer.signal.aborted || this.#parked !== parked) return;
      this.#parked = undefined;
      const { updates } = this.#fetch(parked.offset, parked.limit);
      parked.answer(this.#succeed(parked.poll, updates));
    });
  }

  #endParked(reason: 'other-poll' | 'set-webhook'): void {
    const parked = this.#parked;
    if (parked === undefined) return;
    this.#parked = undefined;
    parked.timer.abort();
    this.#conflict(parked.poll, reason, parked.answer);
  }

  #conflict(poll: OpenPoll, reason: Conflict['reason'], answer: (answer: ApiAnswer) => void): void {
    const texts: Record<Conflict['reason'], string> = {
      'other-poll': conflictTexts.otherPoll,
      'set-webhook': conflictTexts.setWebhook,
      'webhook-active': conflictTexts.webhookActive,
    };
    const finish = (): void => {
      this.#log.close(poll, { status: 409, updates: 0 });
      answer(refuse(409, texts[reason]));
    };
    const nowMs = this.#clock.monotonicMs();
    const delayed = nowMs < this.#nextImmediateConflictMs;
    this.#log.conflict(poll, { reason, delayed });
    if (delayed) {
      void this.#clock.sleep(conflictPaceMs, this.#closing).then(finish);
    } else {
      this.#nextImmediateConflictMs = nowMs + conflictPaceMs;
      finish();
    }
  }

  #succeed(poll: OpenPoll, updates: readonly QueuedUpdate[]): ApiAnswer {
    const fitting = upToAnswerSize(updates);
    this.#log.close(poll, { status: 200, updates: fitting.length });
    return succeedWithJson(`[${fitting.map(updateJson).join(',')}]`);
  }
}

function upToAnswerSize(updates: readonly QueuedUpdate[]): readonly QueuedUpdate[] {
  let left = answerBytesMax;
  const end = updates.findIndex(({ sizeBytes }) => {
    left -= updateOverheadBytes + sizeBytes;
    return left <= 0;
  });
  return end === -1 ? updates : updates.slice(0, end);
}

function updateJson({ id, json }: QueuedUpdate): string {
  return `{"update_id":${id},${json}}`;
}
