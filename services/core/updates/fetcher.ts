/**
 * Fetches updates by long polling, one request at a time, and tracks what Telegram holds unconfirmed.
 *
 * Guarantees: no error ends it for good, except a rejected token; `poll-failure.ts` decides how long to wait after each.
 * Assumes: everything accepted is settled when the caller fetches again, because the next offset confirms it.
 * Source: the Bot API's rules of getUpdates. A request with an offset confirms everything below it.
 */

import type { PollHealth } from '../lease/poll-health.ts';
import type { Term } from '../lease/term.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
  type CallOptions,
} from '../platform/bot-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { conflictStatus, judgePollFailure, type PollFailure } from './poll-failure.ts';
import type { Update } from './update.ts';

export interface FetchObserver {
  onPoll(result: 'ok' | PollFailure['kind'], elapsedMs: number): void;
  onTrouble(what: string, error: unknown): void;
}

export interface FetcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly api: BotApi;
  readonly observer: FetchObserver;
  readonly health: PollHealth;
  /** A poll ended because another program polls with the token. */
  readonly onConflict: () => void;
  /** Whether such a poll ends the session: in production the lease decides who polls, in development the other may be right. */
  readonly endsAtConflict: boolean;
  readonly allowedUpdates: readonly string[];
  readonly longPollTimeoutSeconds: number;
}

/** The updates, and the offset that the poll confirmed. */
interface Fetched {
  readonly updates: readonly Update[];
  readonly offset: number | undefined;
}

/** Ends polling for good. */
export type FinalFailure = 'token rejected' | 'another poller';

/** An abort without a reason creates an error with a stack. */
const stopped = 'stopped';
/** The most updates that one answer may hold. */
export const batchMax = 100;
/** An answer may take this much longer than the long poll's timeout. */
export const pollSlackMs = 10_000;
/** The server confirms before it waits, so a fast hand-over matters more than the answer. */
export const confirmTimeoutMs = 1500;
/**
 * A poll of this age has been answered or waits at Telegram, unless something hangs. A stop does not abort a younger one:
 * Telegram delays its answer by 3 s when the same offset is confirmed again so soon.
 */
const arrivedAfterMs = 500;

export class Fetcher {
  private readonly options: FetcherOptions;
  private readonly term: Term;
  /** Aborts when fetching must stop. */
  private readonly fetchEnd: AbortSignal;
  /** The next poll confirms everything below it. */
  private offset: number | undefined;
  private lastId: number | undefined;
  /** The offset of a request without an answer that Telegram has, or may have, received. */
  private arrivedOffset: number | undefined;
  private tookMs = 0;
  private failuresInRow = 0;
  private polledOnce = false;
  /** Telegram answered 409: another program polls with the token, or has set a webhook. */
  sawConflict = false;

  constructor(options: FetcherOptions, { term, fetchEnd }: { term: Term; fetchEnd: AbortSignal }) {
    this.options = options;
    this.term = term;
    this.fetchEnd = fetchEnd;
  }

  /** How long the last successful poll took. */
  get lastPollMs(): number {
    return this.tookMs;
  }

  /** The last id that Telegram delivered, until it is confirmed. */
  get unconfirmedLastId(): number | undefined {
    return this.lastId;
  }

  /**
   * One poll. It confirms everything that was accepted before.
   * @returns the updates and the offset that it confirmed; undefined when it failed, after the wait that this calls for
   */
  async fetch(limit: number): Promise<Fetched | FinalFailure | undefined> {
    const { clock, observer, health } = this.options;
    const startedMs = clock.monotonicMs();
    const { offset } = this;
    try {
      const updates = await this.getUpdates(limit);
      this.failuresInRow = 0;
      this.polledOnce = true;
      this.lastId = undefined;
      health.succeeded({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
      this.tookMs = clock.monotonicMs() - startedMs;
      observer.onPoll('ok', this.tookMs);
      return { updates, offset };
    } catch (error) {
      const elapsedMs = clock.monotonicMs() - startedMs;
      this.noteConflict(error);
      if (!this.fetchEnd.aborted) return this.failed(error, elapsedMs);
      // It was aborted while it waited at Telegram, as far as this process can tell.
      if (this.failuresInRow === 0 && elapsedMs >= arrivedAfterMs) this.arrivedOffset = offset;
      return undefined;
    }
  }

  /** The caller takes over all updates up to `lastId`: the next poll confirms them. */
  accept(lastId: number): void {
    this.lastId = lastId;
    this.offset = lastId + 1;
  }

  /** Confirms everything below `offset` without fetching. False when that is not certain: it can be repeated. */
  async confirm(offset: number): Promise<boolean> {
    const { api, observer } = this.options;
    const mayHaveArrived = this.arrivedOffset === offset;
    try {
      // Telegram answers the same offset 3 s later if nothing is pending, at once otherwise.
      if (mayHaveArrived && (await this.pendingCount()) === 0) return true;
      this.arrivedOffset = offset;
      await api.call('getUpdates', { offset, limit: 1, timeout: 0 }, this.lastCall());
      return true;
    } catch (error) {
      this.noteConflict(error);
      observer.onTrouble('confirm the last updates', error);
      return false;
    }
  }

  /** Counts what was delivered but not confirmed too. */
  private async pendingCount(): Promise<number> {
    const { api } = this.options;
    const info = await api.call<{ pending_update_count: number }>('getWebhookInfo', {}, this.lastCall());
    return info.pending_update_count;
  }

  /** For a call after fetching has ended: a stop does not abort it, the term's end does. */
  private lastCall(): CallOptions {
    return { timeoutMs: confirmTimeoutMs, signal: this.term.overSignal };
  }

  private async getUpdates(limit: number): Promise<Update[]> {
    const { api, allowedUpdates, longPollTimeoutSeconds } = this.options;
    const abort = this.pollAbort();
    // The first poll and the one after a failure return at once, so health is known without delay.
    const timeout = this.polledOnce && this.failuresInRow === 0 ? longPollTimeoutSeconds : 0;
    const parameters = {
      ...(this.offset === undefined ? {} : { offset: this.offset }),
      limit: Math.min(batchMax, limit),
      timeout,
      allowed_updates: allowedUpdates,
    };
    try {
      const timeoutMs = timeout * 1000 + pollSlackMs;
      return updatesIn(await api.call('getUpdates', parameters, { timeoutMs, signal: abort.signal }));
    } finally {
      abort.dispose();
    }
  }

  /**
   * The signal for a poll that begins now. It aborts at once when the term ends. At a stop it aborts at once too, unless
   * the poll confirms something: then once the poll has surely arrived.
   */
  private pollAbort(): { readonly signal: AbortSignal; dispose(): void } {
    const { clock } = this.options;
    const { fetchEnd, term } = this;
    const startedMs = clock.monotonicMs();
    const controller = new AbortController();
    const abortNow = (): void => controller.abort(stopped);
    const abortOnceArrived = (): void => {
      const leftMs = startedMs + arrivedAfterMs - clock.monotonicMs();
      if (this.lastId === undefined || leftMs <= 0) abortNow();
      else void clock.sleep(leftMs, term.overSignal).then(abortNow);
    };
    fetchEnd.addEventListener('abort', abortOnceArrived, { once: true });
    return {
      signal: controller.signal,
      dispose: () => fetchEnd.removeEventListener('abort', abortOnceArrived),
    };
  }

  private noteConflict(error: unknown): void {
    if (error instanceof BotApiRefusedError && error.status === conflictStatus) this.sawConflict = true;
  }

  private async failed(error: unknown, elapsedMs: number): Promise<FinalFailure | undefined> {
    const { clock, random, observer, health } = this.options;
    this.failuresInRow++;
    const failure = judgePollFailure(error, this.failuresInRow, random.unit());
    health.failedWith(error);
    observer.onPoll(failure.kind, elapsedMs);
    if (failure.kind === 'conflict') {
      this.options.onConflict();
      if (this.options.endsAtConflict) return 'another poller';
    }
    observer.onTrouble('getUpdates', error);
    if (failure.kind === 'token rejected') return 'token rejected';
    if (failure.kind === 'webhook' && this.term.mayAct()) await this.removeWebhook();
    await clock.sleep(failure.delayMs, this.fetchEnd);
    return undefined;
  }

  private async removeWebhook(): Promise<void> {
    const { api, observer } = this.options;
    const options = { timeoutMs: pollSlackMs, signal: this.fetchEnd };
    try {
      await api.call('deleteWebhook', { drop_pending_updates: false }, options);
    } catch (error) {
      observer.onTrouble('deleteWebhook', error);
    }
  }
}

/** @throws BotApiUnreachableError when it is not a list of updates: a proxy answered, not Telegram */
function updatesIn(result: unknown): Update[] {
  const isUpdate = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && 'update_id' in one && Number.isSafeInteger(one.update_id);
  if (Array.isArray(result) && result.every(isUpdate)) return result;
  throw new BotApiUnreachableError('getUpdates', 'the answer is not a list of updates', {
    aborted: false,
    cause: undefined,
  });
}
