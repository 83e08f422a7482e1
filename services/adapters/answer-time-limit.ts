/**
 * A time limit for a request of a process whose handlers may compute for long.
 *
 * Guarantees: a pause in which the process could read nothing does not use up the limit, so an answer that came
 * meanwhile is read. An ordinary timeout would end the request first: timers run before sockets are read.
 */
import type { Clock } from '../core/platform/clock.ts';

export interface AnswerTimeLimitOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Aborts when the request has ended. */
  readonly ended: AbortSignal;
}

const steps = 10;

/** Aborts when the time is over. */
export function answerTimeLimit({ clock, timeoutMs, ended }: AnswerTimeLimitOptions): AbortSignal {
  const limit = new AbortController();
  void (async () => {
    const stepMs = timeoutMs / steps;
    for (let left = steps; left > 0 && !ended.aborted; ) {
      const startedMs = clock.monotonicMs();
      await clock.sleep(stepMs, ended);
      const wasPaused = clock.monotonicMs() - startedMs > 2 * stepMs;
      if (!wasPaused) left -= 1;
    }
    if (!ended.aborted) limit.abort(new DOMException(`no answer within ${timeoutMs} ms`, 'TimeoutError'));
  })();
  return limit.signal;
}
