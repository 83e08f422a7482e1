/**
 * How long a delivery that failed waits, beyond what its channel asks for.
 *
 * The first failures are most often over in a moment and the news is urgent: the next run tries again. A recipient
 * that keeps failing is tried with growing delay, but never more seldom than `longestMs`: what mends is used soon.
 */
const firstDelayMs = 2 * 60_000;
const longestMs = 10 * 60_000;
/** So many attempts are made one run after another. */
const promptAttempts = 3;

/** @param attempt the one that failed: 1, 2, … */
export function backOffMs(attempt: number): number {
  if (attempt <= promptAttempts) return 0;
  return Math.min(longestMs, firstDelayMs * 2 ** (attempt - promptAttempts - 1));
}
