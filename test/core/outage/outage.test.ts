import { describe, expect, it } from 'vitest';
import { isOpen, type Outage } from '../../../services/core/outage/outage.ts';

const outage: Outage = {
  id: 'outage-1',
  state: 'open',
  sinceMs: 1000,
  openedMs: 2000,
  recoveredMs: null,
  reminders: 0,
  restarted: false,
};
const memory = { firstRunMs: 0, malformedSinceMs: null };

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
