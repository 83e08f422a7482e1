import { describe, expect, it } from 'vitest';
import { remainingTime } from '../../../functions/shared/lambda-time.ts';

describe('remainingTime', () => {
  let nowMs = 0;
  const clock = { monotonicMs: () => nowMs, wallMs: () => nowMs, sleep: async () => {} };
  const lambda = (leftMs: () => number) => ({ getRemainingTimeInMillis: leftMs });

  it('counts down from the function’s own limit without a Lambda context', () => {
    nowMs = 1000;
    for (const context of [undefined, {}]) {
      nowMs = 1000;
      const remainingMs = remainingTime(clock, 55_000, context);
      expect(remainingMs()).toBe(55_000);
      nowMs = 11_000;
      expect(remainingMs()).toBe(45_000);
    }
  });

  it('is never more than Lambda says', () => {
    let leftMs = 60_000;
    const remainingMs = remainingTime(
      clock,
      55_000,
      lambda(() => leftMs),
    );
    expect(remainingMs()).toBe(55_000);
    leftMs = 3000;
    expect(remainingMs()).toBe(3000);
  });
});
