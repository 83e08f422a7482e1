/**
 * Whether the handlers do their job, judged by how they ended within the last ten minutes.
 *
 * The rule: handlers fail if at least five updates failed and more than half of those handled did. Once they fail, they
 * work again when at most half of those handled failed: a quiet bot has proved nothing, so silence changes nothing.
 *
 * Counts are kept in buckets of half a minute, so memory is bounded however busy the bot is.
 */

export interface HandlerCounts {
  readonly handled: number;
  readonly failed: number;
  /** When the first of these failed; undefined if none did. */
  readonly firstFailedMs: number | undefined;
}

export type HandlerStanding = 'working' | 'failing';

export const windowMs = 10 * 60_000;
const bucketMs = 30_000;
const failedMin = 5;

export function nextStanding(
  standing: HandlerStanding,
  { handled, failed }: Pick<HandlerCounts, 'handled' | 'failed'>,
): HandlerStanding {
  const mostFailed = failed * 2 > handled;
  return mostFailed && (standing === 'failing' || failed >= failedMin) ? 'failing' : 'working';
}

interface Bucket {
  readonly startMs: number;
  handled: number;
  failed: number;
  firstFailedMs: number | undefined;
}

export class HandlerTally {
  /** Oldest first. */
  private buckets: Bucket[] = [];

  /** Counts one handled update. Times never go back. */
  add(result: 'ok' | 'failed', nowMs: number): void {
    const bucket = this.bucketAt(nowMs);
    bucket.handled += 1;
    if (result === 'ok') return;
    bucket.failed += 1;
    bucket.firstFailedMs ??= nowMs;
  }

  counts(nowMs: number): HandlerCounts {
    this.forget(nowMs);
    const total = { handled: 0, failed: 0, firstFailedMs: undefined as number | undefined };
    for (const { handled, failed, firstFailedMs } of this.buckets) {
      total.handled += handled;
      total.failed += failed;
      total.firstFailedMs ??= firstFailedMs;
    }
    return total;
  }

  private bucketAt(nowMs: number): Bucket {
    this.forget(nowMs);
    const last = this.buckets.at(-1);
    if (last !== undefined && nowMs < last.startMs + bucketMs) return last;
    const bucket: Bucket = { startMs: nowMs, handled: 0, failed: 0, firstFailedMs: undefined };
    this.buckets.push(bucket);
    return bucket;
  }

  private forget(nowMs: number): void {
    while (this.buckets[0] !== undefined && this.buckets[0].startMs + windowMs <= nowMs) this.buckets.shift();
  }
}
