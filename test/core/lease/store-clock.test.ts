import { beforeEach, describe, expect, it } from 'vitest';
import { StoreClock } from '../../../services/core/lease/store-clock.ts';

const marginMs = 3000;
const storeAheadMs = 1_000_000;
let watch: StoreClock;
beforeEach(() => {
  watch = new StoreClock(marginMs);
});

/** An answer to a request sent then, which travels 20 ms; the store's clock was moved by `movedMs` in all. */
const answer = (sentMs: number, movedMs = 0, tookMs = 20) => ({
  sentMs,
  receivedMs: sentMs + tookMs,
  storeTimeMs: sentMs + tookMs / 2 + storeAheadMs + movedMs,
});

describe('StoreClock', () => {
  it('learns how far the store is ahead from the first answer', () => {
    expect(watch.hasMoved(answer(0, 999_999))).toBe(false);
  });

  it.each([3200, -3200, 60_000, -60_000])('sees a step of %i ms between two answers, once', (movedMs) => {
    watch.hasMoved(answer(0));
    expect(watch.hasMoved(answer(10_000))).toBe(false);
    expect(watch.hasMoved(answer(20_000, movedMs))).toBe(true);
    expect(watch.hasMoved(answer(30_000, movedMs))).toBe(false);
  });

  it.each([2900, -2900])('takes %i ms for what the margin covers', (movedMs) => {
    watch.hasMoved(answer(0));
    expect(watch.hasMoved(answer(10_000, movedMs))).toBe(false);
  });

  it('sees a machine that stood still with all its clocks as a store that ran ahead', () => {
    watch.hasMoved(answer(0));
    expect(watch.hasMoved(answer(10_000, 8000))).toBe(true);
  });

  it('takes no slow answer for a step, however late it was read', () => {
    watch.hasMoved(answer(0, 0, 2900));
    expect(watch.hasMoved({ ...answer(10_000), receivedMs: 60_000 })).toBe(false);
    expect(watch.hasMoved(answer(61_000, 0, 2900))).toBe(false);
  });

  it('allows a drift of 1 %, for as long as it lasts', () => {
    watch.hasMoved(answer(0));
    for (let i = 1; i <= 1000; i++) expect(watch.hasMoved(answer(i * 10_000, i * 100))).toBe(false);
  });
});
