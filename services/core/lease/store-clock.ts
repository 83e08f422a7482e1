/**
 * Watches the store's clock against this machine's monotonic one, from one answer to the next.
 *
 * The lease rests on both running at the same pace. Between two answers they do not if the store's clock was stepped, or
 * if this machine stood still with all its clocks, as a paused virtual machine does.
 *
 * Guarantees: no answer that is slow or read late counts as a move, because each says only that the store's clock was
 * read between sending and receiving. Does not guarantee: to see a move before the next answer, or one that is shorter
 * than the answer travelled.
 */
import { driftRatio } from './act-window.ts';

export interface StoreAnswer {
  /** This machine's monotonic clock before the request was sent and after the answer was received. */
  readonly sentMs: number;
  readonly receivedMs: number;
  readonly storeTimeMs: number;
}

export class StoreClock {
  private readonly marginMs: number;
  private last: StoreAnswer | undefined;

  constructor(marginMs: number) {
    this.marginMs = marginMs;
  }

  /** Whether the store's clock has moved by more than the margin since the answer before. The first tells nothing. */
  hasMoved(answer: StoreAnswer): boolean {
    const { last } = this;
    this.last = answer;
    if (last === undefined) return false;
    const toleranceMs = this.marginMs + driftRatio * (answer.receivedMs - last.sentMs);
    const gainedMs = leastAheadMs(answer) - mostAheadMs(last);
    const lostMs = leastAheadMs(last) - mostAheadMs(answer);
    return Math.max(gainedMs, lostMs) > toleranceMs;
  }
}

/** How far the store's clock was ahead of the monotonic one if it was read as late as can be. */
function leastAheadMs({ storeTimeMs, receivedMs }: StoreAnswer): number {
  return storeTimeMs - receivedMs;
}

function mostAheadMs({ storeTimeMs, sentMs }: StoreAnswer): number {
  return storeTimeMs - sentMs;
}
