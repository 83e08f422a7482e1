import { describe, expect, it } from 'vitest';
import {
  deadLetterIdsMax,
  reportedKey,
  unreported,
} from '../../../services/core/alerts/unreported-dead-letters.ts';

const seen = (...ids: readonly string[]) => ({ count: ids.length, ids });
const many = { count: deadLetterIdsMax + 3, ids: undefined };

describe('unreported', () => {
  it.each([
    ['all if nothing was reported', seen('1', '2'), '', 2, ''],
    ['none if all were reported', seen('2', '1'), '=1,2', 0, '=1,2'],
    ['a new one', seen('1', '2', '3'), '=1,2', 1, '=1,2'],
    ['a new one even if another was put back', seen('2'), '=1', 1, ''],
    ['a new one with an older id', seen('1', '5'), '=5,7', 1, '=5'],
    ['none if some are gone', seen('2'), '=1,2,3', 0, '=2'],
    ['none if all are gone', seen(), '=1', 0, ''],
    ['those beyond a reported number', seen('1', '2', '3'), '2', 1, '2'],
    ['none if the reported number is the same', seen('1', '2'), '2', 0, '=1,2'],
    ['none if fewer are left than the reported number', seen('1'), '2', 0, '=1'],
    ['all beside a foreign key', seen('1'), 'x', 1, ''],
    [
      'those beyond the reported ids if there are too many to list',
      many,
      '=1,2',
      deadLetterIdsMax + 1,
      '=1,2',
    ],
    ['those beyond the reported number if there are too many to list', many, '501', 2, '501'],
    ['none of too many if as many were reported', many, '503', 0, '503'],
    [
      'some of too many beside a long foreign key',
      many,
      `=${',x'.repeat(9999)}`,
      deadLetterIdsMax + 1,
      expect.any(String),
    ],
  ] as const)('counts %s', (_name, dead, knownKey, count, keptKey) => {
    expect(unreported(dead, knownKey)).toEqual({ count, keptKey });
  });
});

describe('reportedKey', () => {
  it('reports foreign ids too, and stays short', () => {
    const foreign = seen('a,b', 'x'.repeat(5000), '', '=', '7|8\n');
    expect(reportedKey(foreign).length).toBeLessThan(60);
    expect(unreported(foreign, reportedKey(foreign)).count).toBe(0);
  });

  it('does not depend on the order of the ids', () => {
    expect(reportedKey(seen('3', '1', '2'))).toBe(reportedKey(seen('2', '3', '1')));
  });
});
