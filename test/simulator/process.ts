/**
 * A simulated process: code that runs only when its process does.
 *
 * Its clocks drift. While it is paused (SIGSTOP), none of its code runs, but its clocks do. While it is suspended (a
 * virtual machine put to sleep), its monotonic clock stops too. After a crash it never runs again. Everything that
 * wakes its code goes through `whenRunning`. When its machine is halted (a virtual machine is paused), both clocks stop.
 */
import type { Clock } from '../../services/core/platform/clock.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';

export class SimulatedProcess implements Clock {
  readonly name: string;
  private readonly trueTime: VirtualClock;
  /** Milliseconds of this process's clocks per true millisecond. */
  private readonly rate: number;
  private readonly wallOffsetMs: number;
  private stoodStillMs = 0;
  private suspendedAtMs: number | undefined;
  private haltedAtMs: number | undefined;
  private haltedMs = 0;
  private wentOnMs = Number.NEGATIVE_INFINITY;
  private paused = false;
  private dead = false;
  private readonly waiting: (() => void)[] = [];

  constructor(name: string, trueTime: VirtualClock, drift: { rate: number; wallOffsetMs: number }) {
    this.name = name;
    this.trueTime = trueTime;
    this.rate = drift.rate;
    this.wallOffsetMs = drift.wallOffsetMs;
  }

  get isDead(): boolean {
    return this.dead;
  }

  get isHalted(): boolean {
    return this.haltedAtMs !== undefined;
  }

  /** Whether its machine was halted at or after this true time, and goes on. */
  wasHaltedSince(trueMs: number): boolean {
    return this.wentOnMs >= trueMs;
  }

  get isRunning(): boolean {
    return !this.dead && !this.paused;
  }

  monotonicMs(): number {
    const suspendedMs =
      this.suspendedAtMs === undefined ? 0 : this.trueTime.monotonicMs() - this.suspendedAtMs;
    return (this.trueTime.monotonicMs() - this.stoodStillMs - suspendedMs) * this.rate;
  }

  wallMs(): number {
    const haltedMs =
      this.haltedMs + (this.haltedAtMs === undefined ? 0 : this.trueTime.monotonicMs() - this.haltedAtMs);
    return (
      this.trueTime.wallMs() - haltedMs + this.trueTime.monotonicMs() * (this.rate - 1) + this.wallOffsetMs
    );
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      if (signal === undefined) this.schedule(delayMs, resolve);
      else void this.trueTime.sleep(this.trueMs(delayMs), signal).then(() => this.whenRunning(resolve));
    });
  }

  /** Runs `action` after the delay, once the process runs; returns the function that cancels it. */
  schedule(delayMs: number, action: () => void): () => void {
    return this.trueTime.schedule(this.trueMs(delayMs), () => this.whenRunning(action));
  }

  /** In whole microseconds, rounded up: a remainder below floating-point precision would never elapse. */
  private trueMs(delayMs: number): number {
    return Math.ceil((Math.max(0, delayMs) / this.rate) * 1000) / 1000;
  }

  whenRunning(action: () => void): void {
    if (this.dead) return;
    if (this.paused) this.waiting.push(action);
    else action();
  }

  pause(): void {
    this.paused = true;
  }

  suspend(): void {
    this.pause();
    this.suspendedAtMs ??= this.trueTime.monotonicMs();
  }

  /** As a suspended machine, but the wall clock stops too. */
  halt(): void {
    this.suspend();
    this.haltedAtMs ??= this.trueTime.monotonicMs();
  }

  resume(): void {
    if (this.haltedAtMs !== undefined) {
      this.wentOnMs = this.trueTime.monotonicMs();
      this.haltedMs += this.wentOnMs - this.haltedAtMs;
    }
    this.haltedAtMs = undefined;
    if (this.suspendedAtMs !== undefined)
      this.stoodStillMs += this.trueTime.monotonicMs() - this.suspendedAtMs;
    this.suspendedAtMs = undefined;
    this.paused = false;
    for (const action of this.waiting.splice(0)) this.whenRunning(action);
  }

  crash(): void {
    this.dead = true;
    this.waiting.length = 0;
  }
}
