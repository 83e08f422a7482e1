import { describe, expect, it } from 'vitest';
import { HandlerTally, nextStanding, windowMs } from '../../../services/core/updates/handler-health.ts';

describe('the rule', () => {
  it.each([
    ['four failures, whatever else', 'working', { failed: 4, handled: 4 }, 'working'],
    ['five of nine', 'working', { failed: 5, handled: 9 }, 'failing'],
    ['five of ten: half is not more than half', 'working', { failed: 5, handled: 10 }, 'working'],
    ['one in twenty', 'working', { failed: 50, handled: 1000 }, 'working'],
    ['everything', 'working', { failed: 5, handled: 5 }, 'failing'],
    ['failing until half succeed', 'failing', { failed: 6, handled: 11 }, 'failing'],
    ['half succeed', 'failing', { failed: 6, handled: 12 }, 'working'],
    ['one more failure after a quiet time', 'failing', { failed: 1, handled: 1 }, 'failing'],
    ['one success after a quiet time', 'failing', { failed: 0, handled: 1 }, 'working'],
  ] as const)('%s', (_what, before, counts, after) => {
    expect(nextStanding(before, counts)).toBe(after);
  });
});

describe('the tally', () => {
  it('counts what was handled within ten minutes, and knows the first failure', () => {
    const tally = new HandlerTally();
    tally.add('ok', 0);
    tally.add('failed', 40_000);
    tally.add('failed', 100_000);
    expect(tally.counts(100_000)).toEqual({ handled: 3, failed: 2, firstFailedMs: 40_000 });
    expect(tally.counts(windowMs)).toEqual({ handled: 2, failed: 2, firstFailedMs: 40_000 });
    expect(tally.counts(windowMs + 40_000)).toEqual({ handled: 1, failed: 1, firstFailedMs: 100_000 });
    expect(tally.counts(windowMs + 100_000)).toEqual({ handled: 0, failed: 0, firstFailedMs: undefined });
  });

  it('stays small however busy the bot is', () => {
    const tally = new HandlerTally();
    for (let ms = 0; ms < 3 * windowMs; ms += 10) tally.add('failed', ms);
    expect(JSON.stringify(tally).length).toBeLessThan(2000);
    // The bucket at the edge of the window is half a minute long.
    expect(tally.counts(3 * windowMs - 10).handled).toBeGreaterThanOrEqual((windowMs - 30_000) / 10);
    expect(tally.counts(3 * windowMs - 10).handled).toBeLessThanOrEqual(windowMs / 10);
  });
});
