/**
 * How long a failed delivery waits, on top of what its channel asks for.
 *
 * First failures are mostly brief and the news is urgent, so the next run retries at once. A recipient that keeps
 * failing is retried with a growing delay, but at least every `longestMs`, so that it hears soon after it recovers.
 */
const firstDelayMs = 2 * 60_000;
const longestMs = 10 * 60_000;
/** These attempts follow each other run by run. */
const promptAttempts = 3;

/** @param attempt the failed attempt: 1, 2, … */
export function backOffMs(attempt: number): number {
  if (attempt <= promptAttempts) return 0;
  return Math.min(longestMs, firstDelayMs * 2 ** (attempt - promptAttempts - 1));
}
