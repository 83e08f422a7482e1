/**
 * Whether this process reaches Telegram, and how long it stays out after it gave its lock up because it does not.
 *
 * A leader that does not get through for two TTLs gives way, so that a standby that does can poll. It stays out with a
 * growing delay, but no longer than until Telegram answers it: alone in the field it would keep nobody from polling.
 * Any answer counts as reaching Telegram, a refusal (409, 429) too. A 5xx is none: it comes from what stands between.
 */
import { type BotApi, BotApiUnreachableError } from '../platform/bot-api.ts';
import type { Clock } from '../platform/clock.ts';
import type { LeaseTimes } from './lease-times.ts';

const patienceTtls = 2;
const longestDelayTtls = 10;
/** A standby that the release wakes is faster than the first probe. */
const probesPerDelay = 3;

export class TelegramReach {
  private readonly clock: Clock;
  private readonly times: LeaseTimes;
  private failingSinceMs: number | undefined;
  private timesGivenWay = 0;

  constructor(clock: Clock, times: LeaseTimes) {
    this.clock = clock;
    this.times = times;
  }

  /** How long no call has got through; 0 if the last one did. */
  get unreachableMs(): number {
    return this.failingSinceMs === undefined ? 0 : this.clock.monotonicMs() - this.failingSinceMs;
  }

  /** The same API, with an eye on what gets through. */
  watched(api: BotApi): BotApi {
    return {
      call: async (method, parameters, options) => {
        const sentMs = this.clock.monotonicMs();
        try {
          const result = await api.call<never>(method, parameters, options);
          this.failingSinceMs = undefined;
          return result;
        } catch (error) {
          this.note(error, { sentMs, timeoutMs: options.timeoutMs });
          throw error;
        }
      },
    };
  }

  /** Resolves to true once Telegram was out of reach for too long; to false if `signal` aborts first. */
  async isLost(signal: AbortSignal): Promise<boolean> {
    const patienceMs = patienceTtls * this.times.ttlMs;
    const startMs = this.clock.monotonicMs();
    while (!signal.aborted) {
      // What an earlier term saw does not count: this one has just begun to try.
      const leftMs = patienceMs - Math.min(this.unreachableMs, this.clock.monotonicMs() - startMs);
      if (leftMs <= 0) return true;
      await this.clock.sleep(leftMs, signal);
    }
    return false;
  }

  /** This process calls Telegram no more for now, so it cannot tell. */
  forget(): void {
    this.failingSinceMs = undefined;
  }

  /** A poll succeeded: the next time to give way counts as the first. */
  polled(): void {
    this.timesGivenWay = 0;
  }

  /** How long to stay out now, and how often to probe meanwhile. @param unit random, in [0, 1) */
  giveWay(unit: number): { readonly delayMs: number; readonly probeMs: number } {
    const { ttlMs } = this.times;
    const ttls = Math.min(2 ** this.timesGivenWay, longestDelayTtls);
    this.timesGivenWay++;
    const delayMs = ttls * ttlMs * (0.5 + unit / 2);
    return { delayMs, probeMs: Math.min(delayMs / probesPerDelay, ttlMs) };
  }

  private note(error: unknown, call: { readonly sentMs: number; readonly timeoutMs: number }): void {
    if (!(error instanceof BotApiUnreachableError)) this.failingSinceMs = undefined;
    else if (!error.aborted) this.failingSinceMs ??= this.clock.monotonicMs() - this.silenceMs(call);
  }

  /** A poll may have waited in good health before it failed; one that timed out got no answer for a while already. */
  private silenceMs({ sentMs, timeoutMs }: { readonly sentMs: number; readonly timeoutMs: number }): number {
    const elapsedMs = this.clock.monotonicMs() - sentMs;
    return elapsedMs < timeoutMs ? 0 : Math.min(elapsedMs, this.times.ttlMs);
  }
}
