import { describe, expect, it } from 'vitest';
import { isOpen, lateMsOf, type Outage } from '../../../services/core/outage/outage.ts';

const outage: Outage = {
  id: 'outage-1',
  state: 'open',
  sinceMs: 1000,
  openedMs: 2000,
  recoveredMs: null,
  reminders: 0,
  restarted: false,
  told: true,
  acknowledged: null,
};
const memory = { firstRunMs: 0, malformedSinceMs: null, unstable: null, messagesMs: [] };

describe('isOpen', () => {
  it.each([
    ['the record and the flag say so', { outage, alertFlag: 'outage-1' }, true],
    ['the flag was deleted by hand', { outage, alertFlag: null }, false],
    ['the flag is of another outage', { outage, alertFlag: 'outage-2' }, false],
    ['the outage is over', { outage: { ...outage, state: 'recovered' }, alertFlag: 'outage-1' }, false],
    ['only the flag is set', { outage: null, alertFlag: 'outage-1' }, false],
    ['there never was an outage', { outage: null, alertFlag: null }, false],
  ] as const)('if %s: %s', (_name, state, open) => {
    expect(isOpen({ ...memory, ...state })).toBe(open);
  });
});

describe('a heartbeat is late', () => {
  it.each([
    [300, 20, 60],
    [300, 60, 180],
    [60, 20, 60],
    [30, 20, 30],
    [3600, 20, 720],
  ])('of a limit of %i s and an interval of %i s, after %i s', (stale, interval, late) => {
    expect(lateMsOf(stale * 1000, interval * 1000)).toBe(late * 1000);
  });
});
