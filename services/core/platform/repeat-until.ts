/** Repeats a step that one lost request or answer must not cost. The step must be safe to repeat. */
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

export interface RepeatLimits {
  readonly clock: Clock;
  readonly random: Random;
  /** On the monotonic clock. A step is tried twice even if the deadline has passed. */
  readonly deadlineMs: number;
  /** No more tries once this says no. */
  readonly mayGoOn: () => boolean;
}

const firstDelayMs = 100;
const longestDelayMs = 2000;
const triesMin = 2;

/** True as soon as the step says that it succeeded. */
export async function repeatUntil(
  step: () => Promise<boolean>,
  { clock, random, deadlineMs, mayGoOn }: RepeatLimits,
): Promise<boolean> {
  for (let tries = 1; mayGoOn(); tries++) {
    if (await step()) return true;
    if (tries >= triesMin && clock.monotonicMs() >= deadlineMs) return false;
    const delayMs = Math.min(firstDelayMs * 2 ** (tries - 1), longestDelayMs);
    await clock.sleep(delayMs * (0.5 + random.unit()));
  }
  return false;
}
