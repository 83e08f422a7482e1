/**
 * Recognises the answer that shows a holder that the store's clock moved: between two renewals the store's time went on
 * by more than the holder's monotonic clock can have, or by less, beyond the margin and the drift.
 */
import type { Answer } from './store-witness.ts';

interface Renewal extends Pick<Answer, 'sentMs' | 'receivedMs'> {
  readonly storeTimeMs: number;
}

const driftMax = 0.01;

export class StoreClockChecker {
  private readonly marginMs: number;
  private readonly last = new Map<string, Renewal>();

  constructor(marginMs: number) {
    this.marginMs = marginMs;
  }

  showsMove(term: string, { reply, sentMs, receivedMs }: Answer): boolean {
    if (!Array.isArray(reply) || reply[0] !== 1) return false;
    const storeTimeMs = Number(reply[1]);
    const earlier = this.last.get(term);
    this.last.set(term, { sentMs, receivedMs, storeTimeMs });
    if (earlier === undefined) return false;
    const passedMs = storeTimeMs - earlier.storeTimeMs;
    const [leastMs, mostMs] = [sentMs - earlier.receivedMs, receivedMs - earlier.sentMs];
    const toleranceMs = this.marginMs + driftMax * mostMs;
    return passedMs > mostMs + toleranceMs || passedMs < leastMs - toleranceMs;
  }
}
