import { describe, expect, it } from 'vitest';
import { amount } from '../../../services/lab/shared/text.ts';

describe('an amount', () => {
  it.each([
    [155.4, 'ms', '155 ms', '155 мс'],
    [999.7, 'ms', '1 s', '1 с'],
    [1250, 'ms', '1.3 s', '1,3 с'],
    [30_027, 'ms', '30 s', '30 с'],
    [59_960, 'ms', '1 min', '1 мин'],
    [1_534_300, 'ms', '25 min 34 s', '25 мин 34 с'],
    [1534.3, 's', '25 min 34 s', '25 мин 34 с'],
    [0.04, 's', '0 s', '0 с'],
    [3599.8, 's', '1 h', '1 ч'],
    [8100, 's', '2 h 15 min', '2 ч 15 мин'],
    [3, 'count', '3', '3'],
  ] as const)('of %d %s reads %s', (value, unit, en, ru) => {
    expect(amount(value, unit)).toEqual({ en, ru });
  });
});
