import { expect, it } from 'vitest';
import { queueTimes, visibilityMinSeconds } from '../../../services/core/queue/queue-times.ts';

it('derives the times of the default visibility', () => {
  expect(queueTimes(30_000)).toEqual({
    visibilityMs: 30_000,
    waitMs: 10_000,
    prolongAfterMs: 10_000,
    tickMs: 2000,
    requestTimeoutMs: 5000,
    actForMs: 26_700,
    marginMs: 3000,
  });
});

it('has whole milliseconds for timers, whatever the visibility', () => {
  for (let seconds = visibilityMinSeconds; seconds <= 3600; seconds++) {
    const { waitMs, prolongAfterMs, tickMs, requestTimeoutMs } = queueTimes(seconds * 1000);
    expect([waitMs, prolongAfterMs, tickMs, requestTimeoutMs].every(Number.isInteger)).toBe(true);
  }
});

it('leaves time for a prolongation that fails and is repeated', () => {
  for (let seconds = visibilityMinSeconds; seconds <= 3600; seconds++) {
    const { prolongAfterMs, tickMs, requestTimeoutMs, actForMs } = queueTimes(seconds * 1000);
    expect(prolongAfterMs + 2 * (tickMs + requestTimeoutMs)).toBeLessThan(actForMs);
  }
});
