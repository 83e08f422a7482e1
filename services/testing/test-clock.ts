/**
 * The time that a test sees: real, unless it has fake timers. Waits are real all the same.
 *
 * Tested by: test/testing/test-bot.test.ts
 */
import { systemClock } from '../adapters/system-clock.ts';
import type { Clock } from '../core/platform/clock.ts';

export const clockOfTest: Clock = { ...systemClock, wallMs: () => Date.now() };

const { setImmediate } = globalThis;

/** What is wrong with the fake timers of the test, if anything: Node's `fetch` waits for `setImmediate`. */
export function fakeTimersProblem(): string | undefined {
  if (globalThis.setImmediate === setImmediate) return undefined;
  return (
    'setImmediate is faked, and without it the worker cannot reach Telegram; fake these alone: ' +
    "vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] })"
  );
}
