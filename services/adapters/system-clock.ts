/**
 * The machine's clock. No other file of the program reads it or calls `setTimeout`.
 *
 * Its timers are Node's even if a test has fake ones since: those are for the handlers' time, not for the worker's.
 */
import type { Clock } from '../core/platform/clock.ts';

const { setTimeout, clearTimeout, setImmediate } = globalThis;
const monotonicMs = performance.now.bind(performance);
const wallMs = Date.now.bind(Date);

/** Node's timers hold a signed 32-bit number of milliseconds; a longer delay would fire at once. */
const timerMaxMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  monotonicMs: () => monotonicMs(),
  wallMs: () => wallMs(),
  sleep: (delayMs, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) {
        resolve();
        return;
      }
      if (delayMs <= 0) {
        // Runs after everything that is ready, without a timer's minimum delay of 1 ms.
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
