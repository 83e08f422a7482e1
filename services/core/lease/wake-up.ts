/**
 * A sleep that a wake-up cuts short.
 *
 * Guarantees: a wake-up that comes while nothing sleeps ends the next sleep at once, so none is lost between
 * reading the store and going to sleep.
 * Does not guarantee: that a change in the store wakes anyone. Every sleeper reads the store after its sleep,
 * woken or not. At most one sleeper at a time.
 */
import type { Clock } from '../platform/clock.ts';

/** An abort without a reason creates an error with a stack. */
const awake = 'awake';

export class WakeUp {
  private readonly clock: Clock;
  private pending = false;
  private sleeper: AbortController | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Forgets earlier wake-ups. Call right before reading the store: they say nothing that the read does not. */
  reset(): void {
    this.pending = false;
  }

  notify(): void {
    this.pending = true;
    this.sleeper?.abort(awake);
  }

  /** Ends after `delayMs`, on a wake-up, or when `signal` aborts. */
  async sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    if (!this.pending) {
      this.sleeper = new AbortController();
      const stop = (): void => this.sleeper?.abort(awake);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      await this.clock.sleep(delayMs, this.sleeper.signal);
      signal.removeEventListener('abort', stop);
      this.sleeper = undefined;
    }
    this.pending = false;
  }
}

/** The store's wake-up channel. The adapter reconnects by itself and calls `onHint` after each reconnection too. */
export interface WakeUpChannel {
  /** Calls `onHint` for every message. Resolves once it listens, or after the first attempt to failed. */
  listen(onHint: () => void, signal: AbortSignal): Promise<void>;
}
