import { describe, expect, it } from 'vitest';
import { clockText, durationText } from '../../../services/core/alerts/duration-text.ts';

describe('durationText', () => {
  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_599_999, '59 min'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [86_400_000, '1 d'],
    [277_200_000, '3 d 5 h'],
  ])('writes %i ms as %s', (ms, text) => {
    expect(durationText(ms, 'en')).toBe(text);
  });

  it('uses the Russian units', () => {
    expect(durationText(45_000, 'ru')).toBe('45 с');
    expect(durationText(7_500_000, 'ru')).toBe('2 ч 5 мин');
    expect(durationText(277_200_000, 'ru')).toBe('3 д 5 ч');
  });
});

describe('clockText', () => {
  it.each([
    [Date.UTC(2026, 2, 1, 3, 10), '03:10'],
    [Date.UTC(2026, 2, 1, 23, 59, 59, 999), '23:59'],
    [Date.UTC(2026, 2, 2), '00:00'],
  ])('writes %i as %s', (ms, text) => {
    expect(clockText(ms)).toBe(text);
  });
});
