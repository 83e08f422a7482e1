import { describe, expect, it } from 'vitest';
import { type WarningFacts, warningsDue } from '../../../services/core/alerts/warning-detector.ts';
import { warningMessage, warningSubjects } from '../../../services/core/alerts/warning-text.ts';
import {
  mayRaise,
  readWarning,
  throttleRules,
  warningJson,
  warningKinds,
} from '../../../services/core/alerts/warnings.ts';
import { locales } from '../../../services/core/platform/locale.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const halfHourMs = 1_800_000;
const calm: WarningFacts = {
  nowMs,
  held: { value: '{"host":"h","pid":7,"env":"production"}', ttlMs: 20_000 },
  deadLetters: { count: 0, ids: [] },
  lockBreaks: undefined,
  reported: {},
};
const endless = { value: '{"host":"h","pid":7,"env":"production"}', ttlMs: null };

describe('what is due', () => {
  it('is nothing when all is well', () => {
    expect(warningsDue(calm)).toEqual([]);
    expect(warningsDue({ ...calm, held: undefined })).toEqual([]);
  });

  it('is a lock without expiry, with its holder, once for each value', () => {
    const [change] = warningsDue({ ...calm, held: endless });
    expect(change).toMatchObject({
      kind: 'raise',
      warning: { kind: 'lock-without-expiry', params: { holder: 'h, pid 7, production' } },
    });
    const key = change?.kind === 'raise' ? change.warning.key : '';
    const toldNow = { 'lock-without-expiry': { raisedMs: nowMs, key } };
    expect(warningsDue({ ...calm, held: endless, reported: toldNow })).toEqual([]);
    const toldLongAgo = { 'lock-without-expiry': { raisedMs: 0, key } };
    expect(warningsDue({ ...calm, held: endless, reported: toldLongAgo })).toEqual([]);
    expect(
      warningsDue({ ...calm, held: { value: 'other', ttlMs: null }, reported: toldLongAgo }),
    ).toHaveLength(1);
  });

  it('is to forget a lock without expiry that is gone, once', () => {
    const reported = { 'lock-without-expiry': { raisedMs: 0, key: '=x' } };
    const note = { kind: 'note', of: 'lock-without-expiry', expectedKey: '=x', key: '' };
    expect(warningsDue({ ...calm, reported })).toEqual([note]);
    expect(warningsDue({ ...calm, held: undefined, reported })).toEqual([note]);
    expect(warningsDue({ ...calm, reported: { 'lock-without-expiry': { raisedMs: 0, key: '' } } })).toEqual(
      [],
    );
  });

  it.each(['', 'null', '7', '{"host":{"a":1}}', 'x'.repeat(5000)])(
    'is bearable for a lock value that anybody wrote: %.20s',
    (value) => {
      const [change] = warningsDue({ ...calm, held: { value, ttlMs: null } });
      if (change?.kind !== 'raise') throw new Error('expected a notice');
      expect(change.warning.key.length).toBeLessThanOrEqual(201);
      expect(change.warning.key).not.toBe('');
      expect(change.warning.params).toEqual({ holder: '' });
    },
  );

  it('is what was broken by hand', () => {
    const lockBreaks = { count: 2, id: '5-0', who: 'анна', why: 'it hung' };
    const params = { count: 2, who: 'анна', why: 'it hung' };
    expect(warningsDue({ ...calm, lockBreaks })).toEqual([
      { kind: 'raise', warning: { kind: 'lock-broken', key: '5-0', params } },
    ]);
  });

  const dead = (...ids: readonly string[]) => ({ count: ids.length, ids });
  const toldDead = (key: string, ageMs = halfHourMs) => ({
    'dead-letters': { raisedMs: nowMs - ageMs, key },
  });

  it.each([
    ['the first dead update', dead('1'), {}, ['=1', 1, 1]],
    ['more of them after half an hour', dead('1', '2', '3'), toldDead('=1'), ['=1,2,3', 2, 3]],
    ['more of them within half an hour', dead('1', '2'), toldDead('=1', halfHourMs - 1), undefined],
    ['those that were told', dead('1', '2'), toldDead('=1,2'), undefined],
    ['another one where one was put back', dead('2'), toldDead('=1'), ['=2', 1, 1]],
  ] as const)('is reported of %s', (_name, deadLetters, reported, expected) => {
    const [key, count, total] = expected ?? [];
    const raise = { kind: 'raise', warning: { kind: 'dead-letters', key, params: { count, total } } };
    expect(warningsDue({ ...calm, deadLetters, reported })).toEqual(expected ? [raise] : []);
  });

  it('is no word, but a shorter memory, when dead updates were cleared', () => {
    const note = (expectedKey: string, key: string) => ({
      kind: 'note',
      of: 'dead-letters',
      expectedKey,
      key,
    });
    expect(warningsDue({ ...calm, deadLetters: dead('2'), reported: toldDead('=1,2', 0) })).toEqual([
      note('=1,2', '=2'),
    ]);
    expect(warningsDue({ ...calm, reported: toldDead('=1', 0) })).toEqual([note('=1', '')]);
    expect(warningsDue({ ...calm, reported: toldDead('', 0) })).toEqual([]);
  });

  it('forgets what was put back also while another one waits to be told', () => {
    expect(warningsDue({ ...calm, deadLetters: dead('2'), reported: toldDead('=1', 0) })).toEqual([
      { kind: 'note', of: 'dead-letters', expectedKey: '=1', key: '' },
    ]);
  });
});

describe('the once-rule', () => {
  it('is not kept by a last one that is far ahead of now', () => {
    expect(mayRaise('another-poller', '', { raisedMs: nowMs + halfHourMs, key: '' }, nowMs)).toBe(true);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs + 5, key: '' }, nowMs)).toBe(false);
  });

  it.each(warningKinds)('of %s lets the first one pass, and the second at once not', (kind) => {
    expect(mayRaise(kind, 'k', undefined, nowMs)).toBe(true);
    expect(mayRaise(kind, 'k', { raisedMs: nowMs, key: 'k' }, nowMs)).toBe(false);
  });

  it('of another poller counts half an hour to the millisecond', () => {
    const { quietMs } = throttleRules['another-poller'];
    expect(quietMs).toBe(halfHourMs);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs - quietMs + 1, key: '' }, nowMs)).toBe(false);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs - quietMs, key: '' }, nowMs)).toBe(true);
  });
});

describe('a notice', () => {
  const noise = 'x\n| '.repeat(3000);
  const params = { host: noise, count: 3, total: 12, holder: noise, who: noise, why: noise };

  it.each(locales.flatMap((locale) => warningKinds.map((kind) => [locale, kind] as const)))(
    'fits a phone, says what to do, and marks a repeat: %s, %s',
    (locale, kind) => {
      const { title, text } = warningMessage({ kind, params, possibleRepeat: false }, locale);
      expect(title.length).toBeLessThan(60);
      expect(text.length).toBeLessThan(700);
      expect(text.split('\n').at(-1)).toMatch(/^(Что делать|Do this): /);
      const again = warningMessage({ kind, params: {}, possibleRepeat: true }, locale);
      expect(again.title).toMatch(/возможен повтор|possible repeat/);
      expect(again.text).not.toMatch(/undefined|: \n/);
    },
  );

  it.each(warningKinds)('has an ASCII subject for the topic: %s', (kind) => {
    expect(warningSubjects[kind]).toMatch(/^[ -~]{1,100}$/);
  });

  it('is read back as it was stored', () => {
    const notice = { kind: 'lock-broken', params: { who: 'a|b "c"\n', count: 2 } } as const;
    expect(readWarning(warningJson(notice))).toEqual(notice);
    expect(readWarning(warningJson({ ...notice, params: { kind: 'dead-letters' } }))?.kind).toBe(
      'lock-broken',
    );
  });

  it.each(['', 'null', '{}', '[]', '{"kind":"party"}', '{'])('is not read out of %j', (text) => {
    expect(readWarning(text)).toBeUndefined();
  });
});
