/**
 * A hint that something about the lock changed, and a sleep that such a hint cuts short.
 *
 * A hint that comes while nobody sleeps is kept for the next sleep, so none falls between a look and a sleep.
 * It stays a hint: whoever is woken looks at the store; whoever is not woken sleeps out and looks as well.
 */
import type { Clock } from '../platform/clock.ts';

export class WakeUp {
  private readonly clock: Clock;
  private pending = false;
  private sleeper: AbortController | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Call before looking at the store: hints from before the look say nothing new. */
  reset(): void {
    this.pending = false;
  }

  notify(): void {
    this.pending = true;
    this.sleeper?.abort();
  }

  /** Ends after `delayMs`, at a hint, or when `signal` aborts. */
  async sleep(delayMs: number, signal: AbortSignal): Promise<void> {
    if (!this.pending) {
      this.sleeper = new AbortController();
      const stop = (): void => this.sleeper?.abort();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      await this.clock.sleep(delayMs, this.sleeper.signal);
      signal.removeEventListener('abort', stop);
      this.sleeper = undefined;
    }
    this.pending = false;
  }
}

/** The store's wake-up channel. A port: the adapter reconnects by itself and hints after every reconnection. */
export interface WakeUpChannel {
  /** Starts listening; `onHint` is called at every message. Resolves once it listens, or could not at first. */
  listen(onHint: () => void, signal: AbortSignal): Promise<void>;
}
