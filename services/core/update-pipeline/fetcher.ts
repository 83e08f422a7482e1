/**
 * Fetches updates by long polling, one request at a time, and knows what Telegram holds unconfirmed.
 *
 * Guarantees: no error ends it for good, except a rejected token; each is judged by `poll-failure.ts` and waited
 * out. An offset confirms only what the caller has called settled by asking for more.
 * Source: the Bot API's rules of getUpdates; a request with an offset confirms everything below it.
 */
import type { Clock } from '../clock.ts';
import type { PollHealth } from '../heartbeat/poll-health.ts';
import type { Random } from '../random.ts';
import type { BotApi } from '../telegram/bot-api.ts';
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
  readonly allowedUpdates: readonly string[];
  readonly longPollTimeoutSeconds: number;
}

/** As many as one answer may hold. */
export const batchMax = 100;
/** An answer may take this much longer than the waiting time that was asked for. */
export const pollSlackMs = 10_000;
/** The server confirms before it waits, so the answer matters less than a fast hand-over. */
const confirmTimeoutMs = 1500;
/**
 * A poll that was sent so long ago and has no answer waits at Telegram, and has confirmed by its offset. To make sure
 * by one request more would have Telegram throttle the next leader's first poll.
 */
const arrivedAfterMs = 500;

export class Fetcher {
  /** How long the last successful poll took. */
  lastPollMs = 0;
  /** The last id that Telegram delivered and no later offset confirmed yet. */
  unconfirmedLastId: number | undefined;
  /** What the next poll confirms: everything below it. */
  offset: number | undefined;
  private readonly options: FetcherOptions;
  /** Aborts when no more may be fetched. */
  private readonly fetchEnd: AbortSignal;
  private failuresInRow = 0;
  private polledOnce = false;

  constructor(options: FetcherOptions, fetchEnd: AbortSignal) {
    this.options = options;
    this.fetchEnd = fetchEnd;
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
      this.unconfirmedLastId = undefined;
      health.succeeded({ monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() });
      this.lastPollMs = clock.monotonicMs() - startedMs;
      observer.onPoll('ok', this.lastPollMs);
      return { updates, offset };
    } catch (error) {
      const elapsedMs = clock.monotonicMs() - startedMs;
      if (!this.fetchEnd.aborted) return this.failed(error, elapsedMs);
      if (elapsedMs >= arrivedAfterMs && this.failuresInRow === 0) this.unconfirmedLastId = undefined;
      return undefined;
    }
  }

  /** These are the caller's from now on: the next poll confirms them. */
  accept(lastId: number): void {
    this.unconfirmedLastId = lastId;
    this.offset = lastId + 1;
  }

  /** Confirms everything below `offset` without fetching. False when Telegram did not say that it did. */
  async confirm(offset: number): Promise<boolean> {
    const { api, observer } = this.options;
    try {
      await api.call('getUpdates', { offset, limit: 1, timeout: 0 }, { timeoutMs: confirmTimeoutMs });
      return true;
    } catch (error) {
      observer.onTrouble('confirm the last updates', error);
      return false;
    }
  }

  private getUpdates(limit: number): Promise<Update[]> {
    const { api, allowedUpdates, longPollTimeoutSeconds } = this.options;
    // The first poll, and the one after a failure, come back at once: so health is known without delay.
    const timeout = this.polledOnce && this.failuresInRow === 0 ? longPollTimeoutSeconds : 0;
    const parameters = {
      ...(this.offset === undefined ? {} : { offset: this.offset }),
      limit: Math.min(batchMax, limit),
      timeout,
      allowed_updates: allowedUpdates,
    };
    return api.call('getUpdates', parameters, {
      timeoutMs: timeout * 1000 + pollSlackMs,
      signal: this.fetchEnd,
    });
  }

  private async failed(error: unknown, elapsedMs: number): Promise<'token rejected' | undefined> {
    const { clock, random, observer, health } = this.options;
    this.failuresInRow++;
    const failure = judgePollFailure(error, this.failuresInRow, random.unit());
    health.failedWith(error instanceof Error ? error.message : String(error));
    observer.onPoll(failure.kind, elapsedMs);
    observer.onTrouble('getUpdates', error);
    if (failure.kind === 'token rejected') return 'token rejected';
    if (failure.kind === 'webhook') await this.removeWebhook();
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
