import { describe, expect, it } from 'vitest';
import { preferredLocale } from '../../../../functions/release-lock/pages/locale.ts';

describe('preferredLocale', () => {
  it.each([
    ['en', 'en'],
    ['en-GB,en;q=0.9,ru;q=0.1', 'en'],
    ['de,en;q=0.5', 'en'],
    ['uk,ru;q=0.7,en;q=0.6', 'ru'],
    ['EN ; Q=1', 'en'],
    ['en;q=0', 'ru'],
    ['de', 'ru'],
    ['', 'ru'],
    [undefined, 'ru'],
    ['english', 'ru'],
    [`${'de,'.repeat(20)}en`, 'ru'],
  ] as const)('of %j is %s, with Russian as the fallback', (header, locale) => {
    expect(preferredLocale(header, 'ru')).toBe(locale);
  });
});
