/**
 * One term of leadership: from an acquired lock to the moment when this process may not act any more.
 *
 * Guarantees: `mayAct()` compares clocks at the moment of asking, so it is right also in code that ran on after a
 * pause (SIGSTOP, a suspended machine) in which no timer could fire. Once false it stays false.
 * Does not guarantee: a pause between the check and the socket write. Telegram takes no fencing token, so nothing
 * on our side can; the margin makes it unlikely, its 409 makes it visible.
 *
 * The time line of one renewal (s: the clock before the request was sent):
 *
 *     s ── request ──▶ store prolongs at some t ≥ s, lock lives until t + TTL ──▶ next owner at the earliest
 *     └──────────── may act ────────────┘ D = s + TTL·(1 − drift) − margin < t + TTL, whatever t was
 *
 * Counting from the answer instead would let a slow answer push D past t + TTL.
 */
import type { Clock } from '../platform/clock.ts';
import { TermOverError } from './errors.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { HandOff } from './lock-store.ts';

export type EndReason =
  /** This process gives the lock back by its own will. */
  | 'released'
  /** The store says that the lock is absent or another's. */
  | 'lost'
  /** Ops asked for the lock: drain and release; acting is allowed until the deadline. */
  | 'revoked'
  /** No renewal was confirmed before the deadline. */
  | 'expired'
  /** The wall clock ran far ahead of the monotonic one: the machine was suspended. */
  | 'clock-jumped';

interface Reading {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface TermOptions {
  readonly clock: Clock;
  readonly times: LeaseTimes;
  readonly value: string;
  readonly epoch: number;
  /** Both clocks before the acquiring request was sent. */
  readonly sentAt: Reading;
}

export class Term {
  readonly value: string;
  readonly epoch: number;
  /** Wall clock at the beginning of the term. */
  readonly sinceMs: number;
  /** The first reason to end the term; undefined while it goes on. */
  endReason: EndReason | undefined;
  handOff: HandOff = 'unchanged';
  readonly times: LeaseTimes;
  private readonly clock: Clock;
  private readonly ending = new AbortController();
  private readonly overController = new AbortController();
  private sentAt: Reading;

  constructor(options: TermOptions) {
    this.clock = options.clock;
    this.times = options.times;
    this.value = options.value;
    this.epoch = options.epoch;
    this.sentAt = options.sentAt;
    this.sinceMs = options.clock.wallMs();
  }

  /** Aborts when the term should end: fetch no more, finish what runs. */
  get endingSignal(): AbortSignal {
    return this.ending.signal;
  }

  /** Aborts when this process is known not to be allowed to act any more. A hint for waits: `mayAct` decides. */
  get overSignal(): AbortSignal {
    return this.overController.signal;
  }

  /** The monotonic time up to which this process may act. */
  get deadlineMs(): number {
    return this.sentAt.monotonicMs + this.times.actForMs;
  }

  /** Whether an update may be handled or a message sent now. Ask right before each. */
  mayAct(): boolean {
    if (this.overSignal.aborted) return false;
    if (this.clock.monotonicMs() >= this.deadlineMs) this.end('expired');
    else if (this.jumpedMs() > this.times.marginMs) this.end('clock-jumped');
    return !this.overSignal.aborted;
  }

  /** A renewal that was sent at `sentAt` succeeded. Too late an answer ends the term instead. */
  renewed(sentAt: Reading): void {
    if (this.mayAct()) this.sentAt = sentAt;
  }

  /** Ends the term. Every reason but a revocation forbids acting at once. */
  end(reason: EndReason): void {
    this.endReason ??= reason;
    this.ending.abort();
    if (reason !== 'revoked') this.overController.abort(new TermOverError('what a handler was doing'));
  }

  private jumpedMs(): number {
    const wallElapsedMs = this.clock.wallMs() - this.sentAt.wallMs;
    return wallElapsedMs - (this.clock.monotonicMs() - this.sentAt.monotonicMs);
  }
}

export function readClocks(clock: Clock): Reading {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}
