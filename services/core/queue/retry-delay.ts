/** How long to wait before a request to the queue goes out again: 50 ms to 2 s, growing, never in step with others. */
import type { Random } from '../platform/random.ts';

const [firstMs, longestMs] = [50, 2000];

/** @param failures in a row, from 1 */
export function retryDelayMs(failures: number, random: Random): number {
  const ms = Math.min(longestMs, firstMs * 2 ** Math.min(failures, 10));
  return Math.max(firstMs, ms * (0.5 + random.unit() / 2));
}
