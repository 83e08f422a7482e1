/**
 * A clock that stands still until a test advances it.
 *
 * Guarantees: sleepers wake in the order of their due times, those due together in the order in which they went to
 * sleep. Everything that can run runs before the next one wakes. So the same program does the same every time.
 * Does not guarantee anything about real I/O, which takes real time: use it for code that waits only through `Clock`.
 */
import { setImmediate as macrotask } from 'node:timers/promises';
import type { Clock } from '../../services/core/platform/clock.ts';

interface Sleeper {
  readonly dueMs: number;
  readonly order: number;
  readonly wake: () => void;
}

export class VirtualClock implements Clock {
  #nowMs = 0;
  #wallAheadMs: number;
  #order = 0;
  /** In waking order. */
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
      this.#order += 1;
      const sleeper: Sleeper = {
        dueMs: this.#nowMs + Math.max(0, delayMs),
        order: this.#order,
        wake: () => {
          signal?.removeEventListener('abort', onAbort);
          resolve();
        },
      };
      const onAbort = (): void => {
        const at = this.#sleepers.indexOf(sleeper);
        if (at !== -1) this.#sleepers.splice(at, 1);
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#insert(sleeper);
    });
  }

  /** Advances by `ms` and wakes each sleeper that falls due. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#nowMs + ms;
    await this.settle();
    while (this.#wakeNext(untilMs)) await this.settle();
    this.#nowMs = untilMs;
  }

  /** Advances until no sleeper is left, at most by `maxMs`; returns whether none is left. */
  async runUntilIdle(maxMs = Number.POSITIVE_INFINITY): Promise<boolean> {
    const untilMs = this.#nowMs + maxMs;
    await this.settle();
    while (this.#wakeNext(untilMs)) await this.settle();
    return this.#sleepers.length === 0;
  }

  /** Runs everything that can run without time passing. */
  async settle(): Promise<void> {
    // All microtasks, however deep, run before the next macrotask.
    await macrotask();
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
