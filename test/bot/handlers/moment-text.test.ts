import { expect, it } from 'vitest';
import { momentText } from '../../../services/bot/handlers/moment-text.ts';

const ms = Date.UTC(2026, 2, 1, 1, 18, 59);

it.each([
  ['on the same day', Date.UTC(2026, 2, 1, 23, 59), '01:18 UTC'],
  ['on the next day', Date.UTC(2026, 2, 2), '2026-03-01 01:18 UTC'],
  ['without a day to compare', undefined, '2026-03-01 01:18 UTC'],
])('shows a time %s', (_name, nowMs, expected) => {
  expect(momentText(ms, nowMs)).toBe(expected);
});
