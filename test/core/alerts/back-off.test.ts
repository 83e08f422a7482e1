import { expect, it } from 'vitest';
import { backOffMs } from '../../../services/core/alerts/back-off.ts';

it('retries the first failures in the next run, later ones with a growing delay of at most ten minutes', () => {
  const minutes = [1, 2, 3, 4, 5, 6, 7, 50, 5000].map((attempt) => backOffMs(attempt) / 60_000);
  expect(minutes).toEqual([0, 0, 0, 2, 4, 8, 10, 10, 10]);
});
