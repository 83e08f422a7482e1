/**
 * Prolongs what a consumer holds, and ends what it could not prolong in time.
 *
 * All messages of a hold go into one request, and the hold is prolonged only if all of them were: one that the queue
 * did not prolong ends the hold at its old deadline, one whose receipt is gone ends it at once. A request that failed
 * is repeated at the next tick, until the deadline.
 */
import { type ClockReading, readClocks } from '../lease/act-window.ts';
import type { Clock } from '../platform/clock.ts';
import type { GroupHold, HeldMessage } from './group-hold.ts';
import type { QueueTimes } from './queue-times.ts';
import { batchMax, type ReceiptResult, type ReceivingQueue } from './updates-queue.ts';

export interface ProlongerOptions {
  readonly clock: Clock;
  readonly queue: Pick<ReceivingQueue, 'setVisibility'>;
  readonly times: QueueTimes;
  readonly onTrouble: (what: string, error: unknown) => void;
}

export class Prolonger {
  private readonly options: ProlongerOptions;
  private readonly holds = new Set<GroupHold>();
  private readonly underWay = new Set<GroupHold>();

  constructor(options: ProlongerOptions) {
    this.options = options;
  }

  add(hold: GroupHold): void {
    this.holds.add(hold);
  }

  async run(stop: AbortSignal): Promise<void> {
    const { clock, times } = this.options;
    while (!stop.aborted) {
      for (const request of this.dueRequests()) void this.prolong(request);
      const deadlines = [...this.holds].map(({ deadlineMs }) => deadlineMs - clock.monotonicMs());
      await clock.sleep(Math.min(times.tickMs, ...deadlines), stop);
    }
  }

  /** Whole holds, as many as one request carries. */
  private dueRequests(): readonly (readonly GroupHold[])[] {
    const requests: GroupHold[][] = [];
    let size = Number.POSITIVE_INFINITY;
    for (const hold of this.holds) {
      // Asking is what ends a hold whose time is over: it may run a handler that asks nothing.
      hold.mayAct();
      if (hold.messages.size === 0 || hold.endReason !== undefined) this.holds.delete(hold);
      else if (hold.isDue && !this.underWay.has(hold)) {
        size += hold.messages.size;
        if (size > batchMax) {
          requests.push([]);
          size = hold.messages.size;
        }
        requests.at(-1)?.push(hold);
      }
    }
    return requests;
  }

  private async prolong(holds: readonly GroupHold[]): Promise<void> {
    const { clock, queue, times, onTrouble } = this.options;
    for (const hold of holds) this.underWay.add(hold);
    const messages = holds.flatMap((hold) => [...hold.messages]);
    const sentAt = readClocks(clock);
    try {
      const receipts = messages.map(({ delivered }) => delivered.receipt);
      const results = await queue.setVisibility(receipts, times.visibilityMs);
      const resultOf = new Map(messages.map((message, index) => [message, results[index] ?? 'failed']));
      for (const hold of holds) this.judge(hold, resultOf, sentAt);
    } catch (error) {
      onTrouble('prolong what is held', error);
    } finally {
      for (const hold of holds) this.underWay.delete(hold);
    }
  }

  private judge(
    hold: GroupHold,
    resultOf: ReadonlyMap<HeldMessage, ReceiptResult>,
    sentAt: ClockReading,
  ): void {
    // One that is being removed may be gone because the removal arrived first.
    const results = [...hold.messages]
      .filter(({ state }) => state !== 'removing')
      .map((message) => resultOf.get(message));
    if (results.includes('gone')) hold.end('receipt-gone');
    else if (results.every((result) => result === 'done')) hold.prolonged(sentAt);
  }
}
