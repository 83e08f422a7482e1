/**
 * One term of leadership: from acquiring the lock to the moment this process may no longer act.
 *
 * Guarantees: `mayAct()` reads the clocks when it is asked, so it is right even in code that resumes after a pause
 * (SIGSTOP, a suspended machine) during which no timer could fire. Once false, it stays false.
 * Does not guarantee: safety if the process pauses between the check and the socket write. Telegram takes no fencing
 * token, so no client can prevent that; the margin makes it unlikely, Telegram's 409 makes it visible.
 *
 * The time line of one renewal (s: the clock before the request was sent):
 *
 *     s ── request ──▶ store renews at some t ≥ s, lock lives until t + TTL ──▶ next owner at the earliest
 *     └──────────── may act ────────────┘ D = s + TTL·(1 − drift) − margin < t + TTL, whatever t was
 *
 * Counting from the answer instead would let a slow answer push D past t + TTL.
 */
import type { Clock } from '../platform/clock.ts';
import type { Permit } from '../platform/permit.ts';
import { type ClockReading, windowEnd } from './act-window.ts';
import { TermOverError } from './errors.ts';
import type { LeaseTimes } from './lease-times.ts';
import type { HandOff } from './lock-store.ts';
import { StoreClock } from './store-clock.ts';

export type EndReason =
  /** This process releases the lock. */
  | 'released'
  /** The store says the lock is absent or another process has it. */
  | 'lost'
  /** Ops asked for the lock: drain and release. Acting is allowed until the deadline. */
  | 'revoked'
  /** No renewal was confirmed before the deadline. */
  | 'expired'
  /** The wall clock ran ahead of the monotonic one by more than the margin: the machine was suspended. */
  | 'clock-jumped'
  /** Between two answers the store's clock moved against the monotonic one by more than the margin. */
  | 'store-clock-moved'
  /** Telegram was out of reach for too long: drain and release, so that a standby may try. Acting stays allowed. */
  | 'telegram-unreachable';

/** The lock is not renewed any more, but is still this term's until its deadline. */
const drains: readonly EndReason[] = ['revoked', 'telegram-unreachable'];

export interface TermOptions {
  readonly clock: Clock;
  readonly times: LeaseTimes;
  readonly value: string;
  readonly epoch: number;
  /** Both clocks before the acquiring request was sent. */
  readonly sentAt: ClockReading;
  /** How far the store's wall clock was ahead of this machine's when the answer came. */
  readonly storeAheadMs: number;
}

export class Term implements Permit {
  readonly value: string;
  readonly epoch: number;
  /** This machine's wall clock when the term began. */
  readonly sinceMs: number;
  /** The first reason to end the term; undefined until then. */
  endReason: EndReason | undefined;
  handOff: HandOff = 'unchanged';
  readonly times: LeaseTimes;
  readonly storeAheadMs: number;
  private readonly clock: Clock;
  private readonly ending = new AbortController();
  private readonly overController = new AbortController();
  private readonly storeClock: StoreClock;
  private sentAt: ClockReading;

  constructor(options: TermOptions) {
    this.clock = options.clock;
    this.times = options.times;
    this.value = options.value;
    this.epoch = options.epoch;
    this.sentAt = options.sentAt;
    this.storeAheadMs = options.storeAheadMs;
    this.sinceMs = options.clock.wallMs();
    this.storeClock = new StoreClock(options.times.marginMs);
  }

  /** Aborts when the term should end: stop fetching, let running handlers finish. */
  get endingSignal(): AbortSignal {
    return this.ending.signal;
  }

  /** Aborts once it is noticed that this process may no longer act. Cuts waits short; `mayAct` decides. */
  get overSignal(): AbortSignal {
    return this.overController.signal;
  }

  /** On the monotonic clock: this process may act until then. */
  get deadlineMs(): number {
    return this.sentAt.monotonicMs + this.times.actForMs;
  }

  /** Whether an update may be handled or a message sent now. Ask right before each. */
  mayAct(): boolean {
    if (this.overSignal.aborted) return false;
    const reason = windowEnd(this.clock, this.sentAt, this.times);
    if (reason !== undefined) this.end(reason);
    return !this.overSignal.aborted;
  }

  /** A renewal sent at `sentAt` succeeded. If the answer came after the deadline, the term ends instead. */
  renewed(sentAt: ClockReading): void {
    if (this.mayAct()) this.sentAt = sentAt;
  }

  /** The store answered a request sent at `sentAt` with its time. Ends the term if its clock has moved. */
  storeAnswered(sentAt: ClockReading, storeTimeMs: number): void {
    const answer = { sentMs: sentAt.monotonicMs, receivedMs: this.clock.monotonicMs(), storeTimeMs };
    if (this.storeClock.hasMoved(answer)) this.end('store-clock-moved');
  }

  /** Ends the term. Unless the lock is given up of free will, acting is forbidden at once. */
  end(reason: EndReason): void {
    this.endReason ??= reason;
    this.ending.abort();
    if (!drains.includes(reason)) this.overController.abort(new TermOverError('what a handler was doing'));
  }
}
