/**
 * Waits for conditions that can change only when a handler ends: "all settled", "capacity again", "id free".
 *
 * Guarantees: a wait ends as soon as its condition is met, without polling, and at the latest at its timeout.
 */
import type { Clock } from '../platform/clock.ts';

export interface WaitLimit {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

interface Waiter {
  readonly condition: () => boolean;
  readonly wake: () => void;
}

/** An abort without a reason creates an error with a stack, which costs more than all the rest of a wait. */
const awake = 'awake';

export class ConditionWaits {
  private readonly clock: Clock;
  private readonly waiters = new Set<Waiter>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Resolves when the condition is met, the time is up or the signal aborts: check the condition again. */
  async until(condition: () => boolean, { timeoutMs, signal }: WaitLimit): Promise<void> {
    if (condition()) return;
    const sleeper = new AbortController();
    const wake = (): void => sleeper.abort(awake);
    const waiter = { condition, wake };
    this.waiters.add(waiter);
    signal.addEventListener('abort', wake, { once: true });
    if (signal.aborted) wake();
    await this.clock.sleep(timeoutMs, sleeper.signal);
    signal.removeEventListener('abort', wake);
    this.waiters.delete(waiter);
  }

  /** Call it when a handler has ended. */
  check(): void {
    for (const waiter of this.waiters) {
      if (!waiter.condition()) continue;
      this.waiters.delete(waiter);
      waiter.wake();
    }
  }
}
