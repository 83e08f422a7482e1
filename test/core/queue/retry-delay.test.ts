import { expect, it } from 'vitest';
import { retryDelayMs } from '../../../services/core/queue/retry-delay.ts';

it.each([
  [1, 0, 50],
  [1, 0.999, 100],
  [4, 0, 400],
  [100, 0, 1000],
  [100, 0.9999, 2000],
])('after %i failures, with chance %d, is about %i ms', (failures, unit, ms) => {
  expect(retryDelayMs(failures, { unit: () => unit, token: () => '' })).toBeCloseTo(ms, -1);
});
