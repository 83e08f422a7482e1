import { describe, expect, it } from 'vitest';
import { type WarningFacts, warningsDue } from '../../../services/core/alerts/warning-detector.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const halfHourMs = 1_800_000;
const calm: WarningFacts = {
  nowMs,
  held: { value: '{"host":"h","pid":7,"env":"production"}', ttlMs: 20_000 },
  deadLetters: { count: 0, ids: [] },
  lockBreaks: undefined,
  unreachable: [],
  reported: {},
};
const withoutExpiry = { value: '{"host":"h","pid":7,"env":"production"}', ttlMs: null };

describe('warningsDue', () => {
  it('raises nothing when all is well', () => {
    expect(warningsDue(calm)).toEqual([]);
    expect(warningsDue({ ...calm, held: undefined })).toEqual([]);
  });

  it('raises a lock without expiry, with its holder, once for each value', () => {
    const [change] = warningsDue({ ...calm, held: withoutExpiry });
    expect(change).toMatchObject({
      kind: 'raise',
      warning: { kind: 'lock-without-expiry', params: { holder: 'h, pid 7, production' } },
    });
    const key = change?.kind === 'raise' ? change.warning.key : '';
    const reportedNow = { 'lock-without-expiry': { raisedMs: nowMs, key } };
    expect(warningsDue({ ...calm, held: withoutExpiry, reported: reportedNow })).toEqual([]);
    const reportedLongAgo = { 'lock-without-expiry': { raisedMs: 0, key } };
    expect(warningsDue({ ...calm, held: withoutExpiry, reported: reportedLongAgo })).toEqual([]);
    expect(
      warningsDue({ ...calm, held: { value: 'other', ttlMs: null }, reported: reportedLongAgo }),
    ).toHaveLength(1);
  });

  it('forgets a lock without expiry that is gone, once', () => {
    const reported = { 'lock-without-expiry': { raisedMs: 0, key: '=x' } };
    const note = { kind: 'note', of: 'lock-without-expiry', expectedKey: '=x', key: '' };
    expect(warningsDue({ ...calm, reported })).toEqual([note]);
    expect(warningsDue({ ...calm, held: undefined, reported })).toEqual([note]);
    expect(warningsDue({ ...calm, reported: { 'lock-without-expiry': { raisedMs: 0, key: '' } } })).toEqual(
      [],
    );
  });

  it.each(['', 'null', '7', '{"host":{"a":1}}', 'x'.repeat(5000)])(
    'bounds the key of a lock value of another program: %.20s',
    (value) => {
      const [change] = warningsDue({ ...calm, held: { value, ttlMs: null } });
      if (change?.kind !== 'raise') throw new Error('expected a warning');
      expect(change.warning.key.length).toBeLessThanOrEqual(201);
      expect(change.warning.key).not.toBe('');
      expect(change.warning.params).toEqual({ holder: '' });
    },
  );

  it('raises a lock that was broken by hand, with who, why and how often', () => {
    const lockBreaks = { count: 2, id: '5-0', who: 'анна', why: 'it hung' };
    const params = { count: 2, who: 'анна', why: 'it hung' };
    expect(warningsDue({ ...calm, lockBreaks })).toEqual([
      { kind: 'raise', warning: { kind: 'lock-broken', key: '5-0', params } },
    ]);
  });

  const dead = (...ids: readonly string[]) => ({ count: ids.length, ids });
  const reportedDead = (key: string, ageMs = halfHourMs) => ({
    'dead-letters': { raisedMs: nowMs - ageMs, key },
  });

  it.each([
    ['raises the first dead letter', dead('1'), {}, ['=1', 1, 1]],
    ['raises more of them after half an hour', dead('1', '2', '3'), reportedDead('=1'), ['=1,2,3', 2, 3]],
    [
      'raises no more of them within half an hour',
      dead('1', '2'),
      reportedDead('=1', halfHourMs - 1),
      undefined,
    ],
    ['raises none that was reported', dead('1', '2'), reportedDead('=1,2'), undefined],
    ['raises a new one even if another was put back', dead('2'), reportedDead('=1'), ['=2', 1, 1]],
  ] as const)('%s', (_name, deadLetters, reported, expected) => {
    const [key, count, total] = expected ?? [];
    const raise = { kind: 'raise', warning: { kind: 'dead-letters', key, params: { count, total } } };
    expect(warningsDue({ ...calm, deadLetters, reported })).toEqual(expected ? [raise] : []);
  });

  it('raises nothing when dead letters were cleared, and forgets those', () => {
    const note = (expectedKey: string, key: string) => ({
      kind: 'note',
      of: 'dead-letters',
      expectedKey,
      key,
    });
    expect(warningsDue({ ...calm, deadLetters: dead('2'), reported: reportedDead('=1,2', 0) })).toEqual([
      note('=1,2', '=2'),
    ]);
    expect(warningsDue({ ...calm, reported: reportedDead('=1', 0) })).toEqual([note('=1', '')]);
    expect(warningsDue({ ...calm, reported: reportedDead('', 0) })).toEqual([]);
  });

  it('forgets one that was put back even if another waits to be reported', () => {
    expect(warningsDue({ ...calm, deadLetters: dead('2'), reported: reportedDead('=1', 0) })).toEqual([
      { kind: 'note', of: 'dead-letters', expectedKey: '=1', key: '' },
    ]);
  });
});
