import { describe, expect, it } from 'vitest';
import {
  deadLetterIdsMax,
  reportedKey,
  unreported,
} from '../../../services/core/alerts/unreported-dead-letters.ts';

const seen = (...ids: readonly string[]) => ({ count: ids.length, ids });
const many = { count: deadLetterIdsMax + 3, ids: undefined };

describe('what nobody was told of', () => {
  it.each([
    ['all, when nothing was told', seen('1', '2'), '', 2, ''],
    ['none, when all were told', seen('2', '1'), '=1,2', 0, '=1,2'],
    ['what is new', seen('1', '2', '3'), '=1,2', 1, '=1,2'],
    ['what died as another was put back', seen('2'), '=1', 1, ''],
    ['what died with an older id', seen('1', '5'), '=5,7', 1, '=5'],
    ['none, when some are gone', seen('2'), '=1,2,3', 0, '=2'],
    ['none, when all are gone', seen(), '=1', 0, ''],
    ['what is more than a number that was told', seen('1', '2', '3'), '2', 1, '2'],
    ['none, when the number that was told is the same', seen('1', '2'), '2', 0, '=1,2'],
    ['none, when fewer are left', seen('1'), '2', 0, '=1'],
    ['all beside a text of another form', seen('1'), 'x', 1, ''],
    [
      'what is more than was told, where there are too many to name',
      many,
      '=1,2',
      deadLetterIdsMax + 1,
      '=1,2',
    ],
    ['what is more than the number told, where there are too many', many, '501', 2, '501'],
    ['none of too many, when as many were told', many, '503', 0, '503'],
    [
      'something of too many beside a long text of another form',
      many,
      `=${',x'.repeat(9999)}`,
      deadLetterIdsMax + 1,
      expect.any(String),
    ],
  ] as const)('is %s', (_name, dead, toldKey, count, keptKey) => {
    expect(unreported(dead, toldKey)).toEqual({ count, keptKey });
  });

  it('is remembered whatever anybody wrote for an id', () => {
    const strange = seen('a,b', 'x'.repeat(5000), '', '=', '7|8\n');
    expect(reportedKey(strange).length).toBeLessThan(60);
    expect(unreported(strange, reportedKey(strange)).count).toBe(0);
  });

  it('is the same in whatever order the store lists the ids', () => {
    expect(reportedKey(seen('3', '1', '2'))).toBe(reportedKey(seen('2', '3', '1')));
  });
});
