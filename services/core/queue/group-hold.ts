/**
 * The messages of one group that one receive brought: a permit that all of them share.
 *
 * They have one visibility clock, and it is prolonged for all of them together: if a later one ran out earlier, another
 * consumer would handle it beside this one.
 *
 * Guarantees: `mayAct` reads the clocks when it is asked. The deadline counts from before the receive, or from before
 * the last prolongation that succeeded for all, was sent; so it lies before the moment when the queue delivers them
 * again, and a pause of the process or of the machine does not move it.
 */
import { type ClockReading, windowEnd } from '../lease/act-window.ts';
import { TermOverError } from '../lease/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Permit } from '../platform/permit.ts';
import type { ReceivedUpdate } from '../updates/handler-run.ts';
import type { QueueTimes } from './queue-times.ts';
import type { DeliveredMessage } from './updates-queue.ts';

export type HoldEnd =
  /** Nothing was confirmed before the deadline. */
  | 'expired'
  | 'clock-jumped'
  /** The queue says that a receipt is no longer good: it delivers the message again, or has. */
  | 'receipt-gone';

export interface HeldMessage extends ReceivedUpdate {
  readonly delivered: DeliveredMessage;
  readonly hold: GroupHold;
  /** This version cannot read its body. */
  readonly isUnreadable: boolean;
  state: 'waiting' | 'counting' | 'running' | 'removing';
}

export class GroupHold implements Permit {
  readonly messages = new Set<HeldMessage>();
  /** Undefined while this process may act. */
  endReason: HoldEnd | undefined;
  private readonly clock: Clock;
  private readonly times: QueueTimes;
  private readonly over = new AbortController();
  private readonly onOver: (reason: HoldEnd) => void;
  private sentAt: ClockReading;

  constructor(options: {
    readonly clock: Clock;
    readonly times: QueueTimes;
    readonly sentAt: ClockReading;
    readonly onOver: (reason: HoldEnd) => void;
  }) {
    this.clock = options.clock;
    this.times = options.times;
    this.sentAt = options.sentAt;
    this.onOver = options.onOver;
  }

  get overSignal(): AbortSignal {
    return this.over.signal;
  }

  /** On the monotonic clock: this process may act until then. */
  get deadlineMs(): number {
    return this.sentAt.monotonicMs + this.times.actForMs;
  }

  get isDue(): boolean {
    return this.clock.monotonicMs() >= this.sentAt.monotonicMs + this.times.prolongAfterMs;
  }

  mayAct(): boolean {
    if (this.endReason !== undefined) return false;
    const reason = windowEnd(this.clock, this.sentAt, this.times);
    if (reason !== undefined) this.end(reason);
    return this.endReason === undefined;
  }

  /** A request sent at `sentAt` prolonged every message. If the answer came after the deadline, the hold has ended. */
  prolonged(sentAt: ClockReading): void {
    if (this.mayAct()) this.sentAt = sentAt;
  }

  end(reason: HoldEnd): void {
    if (this.endReason !== undefined) return;
    this.endReason = reason;
    this.over.abort(new TermOverError('what a handler was doing'));
    this.onOver(reason);
  }
}
