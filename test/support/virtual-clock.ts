/**
 * A clock that stands still until a test moves it.
 *
 * Guarantees: sleepers wake in the order of their due times, those with the same due time in the order in which they
 * went to sleep; between two of them everything that can run has run. The same program on the same clock always does
 * the same. Does not guarantee: anything about real I/O, which takes real time; it is for code that waits only
 * through its `Clock`.
 */
import type { Clock } from '../../services/core/platform/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

/** How many macrotasks are queued at once: a turn of the event loop for each would cost more than what it runs. */
const macrotasksInRow = 32;

export class VirtualClock implements Clock {
  #nowMs = 0;
  #wallAheadMs: number;
  #order = 0;
  /** In the order of waking. */
  readonly #sleepers: Sleeper[] = [];

  constructor({ wallMs = Date.UTC(2030, 0, 1) }: { wallMs?: number } = {}) {
    this.#wallAheadMs = wallMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#nowMs + this.#wallAheadMs;
  }

  /** Steps the wall clock alone, as an administrator or NTP would. */
  stepWall(byMs: number): void {
    this.#wallAheadMs += byMs;
  }

  get sleeperCount(): number {
    return this.#sleepers.length;
  }

  /** When the next sleeper wakes, on the monotonic clock; undefined if there is none. */
  get nextWakeMs(): number | undefined {
    return this.#sleepers[0]?.dueMs;
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      if (signal === undefined) {
        this.schedule(delayMs, resolve);
        return;
      }
      const cancel = this.schedule(delayMs, () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      });
      const onAbort = (): void => {
        cancel();
        resolve();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Runs `action` after the delay; returns the function that cancels it. Cheaper than a sleep with a signal. */
  schedule(delayMs: number, action: () => void): () => void {
    this.#order += 1;
    const sleeper: Sleeper = {
      dueMs: this.#nowMs + Math.max(0, delayMs),
      order: this.#order,
      wake: action,
    };
    this.#insert(sleeper);
    return () => {
      const at = this.#sleepers.lastIndexOf(sleeper);
      if (at !== -1) this.#sleepers.splice(at, 1);
    };
  }

  /** Lets time pass while nothing runs, as for a process stopped by SIGSTOP: due sleepers wake late. */
  pause(ms: number): void {
    this.#nowMs += ms;
  }

  /** Moves time on by `ms` and wakes the sleepers that come due. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.#wakeAll(untilMs);
    this.#nowMs = untilMs;
  }

  /** Moves time on until there are no sleepers left, at most by `maxMs`. False if some are left. */
  async runUntilIdle(maxMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    await this.#wakeAll(this.#nowMs + maxMs);
    return this.#sleepers.length === 0;
  }

  /** Runs everything that can run without time passing. */
  settle(): Promise<void> {
    // All microtasks, however deep, run before a macrotask does.
    return new Promise((resolve) => setImmediate(resolve));
  }

  /** Wakes one sleeper in each macrotask until none is due. */
  #wakeAll(untilMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      let isDone = false;
      const wakeOne = (): void => {
        if (isDone) return;
        try {
          isDone = !this.#wakeNext(untilMs);
          if (isDone) resolve();
        } catch (error) {
          isDone = true;
          reject(error);
        }
      };
      const queueRow = (): void => {
        for (let left = macrotasksInRow; left > 0; left--) setImmediate(wakeOne);
        setImmediate(() => {
          if (!isDone) queueRow();
        });
      };
      queueRow();
    });
  }

  #wakeNext(untilMs: number): boolean {
    const [next] = this.#sleepers;
    if (next === undefined || next.dueMs > untilMs) return false;
    this.#sleepers.shift();
    this.#nowMs = Math.max(this.#nowMs, next.dueMs);
    next.wake();
    return true;
  }

  #insert(sleeper: Sleeper): void {
    const at = this.#sleepers.findLastIndex(({ dueMs }) => dueMs <= sleeper.dueMs) + 1;
    this.#sleepers.splice(at, 0, sleeper);
  }
}
