/** The machine's own clock: one of the few files that may touch `Date`, `performance` and timers. */
import type { Clock } from '../core/platform/clock.ts';

/** Node's timers hold a signed 32-bit number of milliseconds; a longer one would fire at once. */
const timerMaxMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      if (delayMs <= 0) {
        // After everything that is ready to run, and without a timer's least delay of 1 ms.
        setImmediate(resolve);
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, Math.min(delayMs, timerMaxMs));
      signal?.addEventListener('abort', done, { once: true });
    }),
};
