/**
 * Fetches updates by long polling, one request at a time, and knows what Telegram holds unconfirmed.
 *
 * Guarantees: no error ends it for good, except a rejected token; each is judged by `poll-failure.ts` and waited
 * out. An offset confirms only what the caller has called settled by asking for more.
 * Source: the Bot API's rules of getUpdates; a request with an offset confirms everything below it.
 */

import type { PollHealth } from '../lease/poll-health.ts';
import type { Term } from '../lease/term.ts';
import { type BotApi, BotApiUnreachableError } from '../platform/bot-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import { judgePollFailure, type PollFailure } from './poll-failure.ts';
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
  readonly allowedUpdates: readonly string[];
  readonly longPollTimeoutSeconds: number;
}

/** An abort without a reason makes an error with a stack. */
const stopped = 'stopped';
/** As many as one answer may hold. */
export const batchMax = 100;
/** An answer may take this much longer than the waiting time that was asked for. */
export const pollSlackMs = 10_000;
/** The server confirms before it waits, so the answer matters less than a fast hand-over. */
export const confirmTimeoutMs = 1500;
/**
 * A poll that was sent so long ago has been answered or waits at Telegram, unless something hangs. A younger one is
 * not given up at a stop: to confirm the same offset anew so soon would have Telegram hold the answer back for 3 s.
 */
const arrivedAfterMs = 500;

export class Fetcher {
  private readonly options: FetcherOptions;
  private readonly term: Term;
  /** Aborts when no more may be fetched. */
  private readonly fetchEnd: AbortSignal;
  /** What the next poll confirms: everything below it. */
  private offset: number | undefined;
  private lastId: number | undefined;
  /** The last poll was given up while it waited at Telegram, as far as one can tell from here. */
  private abandonedWhileWaiting = false;
  private tookMs = 0;
  private failuresInRow = 0;
  private polledOnce = false;

  constructor(options: FetcherOptions, { term, fetchEnd }: { term: Term; fetchEnd: AbortSignal }) {
    this.options = options;
    this.term = term;
    this.fetchEnd = fetchEnd;
  }

  /** How long the last successful poll took. */
  get lastPollMs(): number {
    return this.tookMs;
  }

  /** The last id that Telegram delivered and is not known to have confirmed. */
  get unconfirmedLastId(): number | undefined {
    return this.lastId;
  }

  /**
   * One poll, which confirms everything that was `accept`ed.
   * @returns what came and the offset that was confirmed by it; undefined when it failed (and that was waited out)
   */
  async fetch(
    limit: number,
  ): Promise<{ updates: readonly Update[]; offset: number | undefined } | 'token rejected' | undefined> {
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
      if (!this.fetchEnd.aborted) return this.failed(error, elapsedMs);
      this.abandonedWhileWaiting = this.failuresInRow === 0 && elapsedMs >= arrivedAfterMs;
      return undefined;
    }
  }

  /** These are the caller's from now on: the next poll confirms them. */
  accept(lastId: number): void {
    this.lastId = lastId;
    this.offset = lastId + 1;
  }

  /** Confirms everything below `offset` without fetching. False when it is not known to be confirmed. */
  async confirm(offset: number): Promise<boolean> {
    const { api, observer } = this.options;
    const options = { timeoutMs: confirmTimeoutMs };
    try {
      if (!this.abandonedWhileWaiting || offset !== this.offset) {
        await api.call('getUpdates', { offset, limit: 1, timeout: 0 }, options);
        return true;
      }
      // What is delivered and not confirmed counts as pending.
      const info = await api.call<{ pending_update_count: number }>('getWebhookInfo', {}, options);
      return info.pending_update_count === 0;
    } catch (error) {
      observer.onTrouble('confirm the last updates', error);
      return false;
    }
  }

  private async getUpdates(limit: number): Promise<Update[]> {
    const { api, allowedUpdates, longPollTimeoutSeconds } = this.options;
    const letGo = this.pollAbort();
    // The first poll, and the one after a failure, come back at once: so health is known without delay.
    const timeout = this.polledOnce && this.failuresInRow === 0 ? longPollTimeoutSeconds : 0;
    const parameters = {
      ...(this.offset === undefined ? {} : { offset: this.offset }),
      limit: Math.min(batchMax, limit),
      timeout,
      allowed_updates: allowedUpdates,
    };
    try {
      const timeoutMs = timeout * 1000 + pollSlackMs;
      return updatesIn(await api.call('getUpdates', parameters, { timeoutMs, signal: letGo.signal }));
    } finally {
      letGo.done();
    }
  }

  /**
   * Its signal ends a poll that begins now: at once when the term is over; at a stop when it has surely arrived, if it
   * confirms something.
   */
  private pollAbort(): { readonly signal: AbortSignal; done(): void } {
    const { clock } = this.options;
    const { fetchEnd, term } = this;
    const startedMs = clock.monotonicMs();
    const letGo = new AbortController();
    const atOnce = (): void => letGo.abort(stopped);
    const onceArrived = (): void => {
      const leftMs = startedMs + arrivedAfterMs - clock.monotonicMs();
      if (this.lastId === undefined || leftMs <= 0) atOnce();
      else void clock.sleep(leftMs, term.overSignal).then(atOnce);
    };
    fetchEnd.addEventListener('abort', onceArrived, { once: true });
    return { signal: letGo.signal, done: () => fetchEnd.removeEventListener('abort', onceArrived) };
  }

  private async failed(error: unknown, elapsedMs: number): Promise<'token rejected' | undefined> {
    const { clock, random, observer, health } = this.options;
    this.failuresInRow++;
    const failure = judgePollFailure(error, this.failuresInRow, random.unit());
    health.failedWith(error instanceof Error ? error.message : String(error));
    observer.onPoll(failure.kind, elapsedMs);
    observer.onTrouble('getUpdates', error);
    if (failure.kind === 'conflict') this.options.onConflict();
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

/** @throws BotApiUnreachableError when it is no list of updates: something in between answered */
function updatesIn(result: unknown): Update[] {
  const isUpdate = (one: unknown): boolean =>
    typeof one === 'object' && one !== null && 'update_id' in one && Number.isSafeInteger(one.update_id);
  if (Array.isArray(result) && result.every(isUpdate)) return result;
  throw new BotApiUnreachableError('getUpdates', 'an answer that is no list of updates', {
    aborted: false,
    cause: undefined,
  });
}
