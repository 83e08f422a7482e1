import { describe, expect, it } from 'vitest';
import { type NoticeFacts, noticesDue } from '../../../services/core/notifications/notice-detector.ts';
import { generalNotice, noticeSubjects } from '../../../services/core/notifications/notice-texts.ts';
import {
  mayRaise,
  noticeKinds,
  noticeText,
  onceRules,
  readNotice,
} from '../../../services/core/notifications/notices.ts';
import { locales } from '../../../services/core/settings.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const halfHourMs = 1_800_000;
const calm: NoticeFacts = {
  nowMs,
  held: { value: '{"host":"h","pid":7,"env":"production"}', ttlMs: 20_000 },
  deadUpdates: { count: 0, ids: [] },
  lockBreaks: undefined,
  told: {},
};
const endless = { value: '{"host":"h","pid":7,"env":"production"}', ttlMs: null };

describe('what is due', () => {
  it('is nothing when all is well', () => {
    expect(noticesDue(calm)).toEqual([]);
    expect(noticesDue({ ...calm, held: undefined })).toEqual([]);
  });

  it('is a lock without expiry, with its holder, once for each value', () => {
    const [change] = noticesDue({ ...calm, held: endless });
    expect(change).toMatchObject({
      kind: 'raise',
      notice: { kind: 'lock-without-expiry', params: { holder: 'h, pid 7, production' } },
    });
    const key = change?.kind === 'raise' ? change.notice.key : '';
    const toldNow = { 'lock-without-expiry': { raisedMs: nowMs, key } };
    expect(noticesDue({ ...calm, held: endless, told: toldNow })).toEqual([]);
    const toldLongAgo = { 'lock-without-expiry': { raisedMs: 0, key } };
    expect(noticesDue({ ...calm, held: endless, told: toldLongAgo })).toEqual([]);
    expect(noticesDue({ ...calm, held: { value: 'other', ttlMs: null }, told: toldLongAgo })).toHaveLength(1);
  });

  it('is to forget a lock without expiry that is gone, once', () => {
    const told = { 'lock-without-expiry': { raisedMs: 0, key: '=x' } };
    const note = { kind: 'note', of: 'lock-without-expiry', judgedKey: '=x', key: '' };
    expect(noticesDue({ ...calm, told })).toEqual([note]);
    expect(noticesDue({ ...calm, held: undefined, told })).toEqual([note]);
    expect(noticesDue({ ...calm, told: { 'lock-without-expiry': { raisedMs: 0, key: '' } } })).toEqual([]);
  });

  it.each(['', 'null', '7', '{"host":{"a":1}}', 'x'.repeat(5000)])(
    'is bearable for a lock value that anybody wrote: %.20s',
    (value) => {
      const [change] = noticesDue({ ...calm, held: { value, ttlMs: null } });
      if (change?.kind !== 'raise') throw new Error('expected a notice');
      expect(change.notice.key.length).toBeLessThanOrEqual(201);
      expect(change.notice.key).not.toBe('');
      expect(change.notice.params).toEqual({ holder: '' });
    },
  );

  it('is what was broken by hand', () => {
    const lockBreaks = { count: 2, id: '5-0', who: 'анна', why: 'it hung' };
    const params = { count: 2, who: 'анна', why: 'it hung' };
    expect(noticesDue({ ...calm, lockBreaks })).toEqual([
      { kind: 'raise', notice: { kind: 'lock-broken', key: '5-0', params } },
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
  ] as const)('is told of %s', (_name, deadUpdates, told, expected) => {
    const [key, count, total] = expected ?? [];
    const raise = { kind: 'raise', notice: { kind: 'dead-letters', key, params: { count, total } } };
    expect(noticesDue({ ...calm, deadUpdates, told })).toEqual(expected ? [raise] : []);
  });

  it('is no word, but a shorter memory, when dead updates were cleared', () => {
    const note = (judgedKey: string, key: string) => ({ kind: 'note', of: 'dead-letters', judgedKey, key });
    expect(noticesDue({ ...calm, deadUpdates: dead('2'), told: toldDead('=1,2', 0) })).toEqual([
      note('=1,2', '=2'),
    ]);
    expect(noticesDue({ ...calm, told: toldDead('=1', 0) })).toEqual([note('=1', '')]);
    expect(noticesDue({ ...calm, told: toldDead('', 0) })).toEqual([]);
  });

  it('forgets what was put back also while another one waits to be told', () => {
    expect(noticesDue({ ...calm, deadUpdates: dead('2'), told: toldDead('=1', 0) })).toEqual([
      { kind: 'note', of: 'dead-letters', judgedKey: '=1', key: '' },
    ]);
  });
});

describe('the once-rule', () => {
  it('is not kept by a last one that is far ahead of now', () => {
    expect(mayRaise('another-poller', '', { raisedMs: nowMs + halfHourMs, key: '' }, nowMs)).toBe(true);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs + 5, key: '' }, nowMs)).toBe(false);
  });

  it.each(noticeKinds)('of %s lets the first one pass, and the second at once not', (kind) => {
    expect(mayRaise(kind, 'k', undefined, nowMs)).toBe(true);
    expect(mayRaise(kind, 'k', { raisedMs: nowMs, key: 'k' }, nowMs)).toBe(false);
  });

  it('of another poller counts half an hour to the millisecond', () => {
    const { quietMs } = onceRules['another-poller'];
    expect(quietMs).toBe(halfHourMs);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs - quietMs + 1, key: '' }, nowMs)).toBe(false);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs - quietMs, key: '' }, nowMs)).toBe(true);
  });
});

describe('a notice', () => {
  const noise = 'x\n| '.repeat(3000);
  const params = { host: noise, count: 3, total: 12, holder: noise, who: noise, why: noise };

  it.each(locales.flatMap((locale) => noticeKinds.map((kind) => [locale, kind] as const)))(
    'fits a phone, says what to do, and marks a repeat: %s, %s',
    (locale, kind) => {
      const { title, text } = generalNotice({ kind, params, possibleRepeat: false }, locale);
      expect(title.length).toBeLessThan(60);
      expect(text.length).toBeLessThan(700);
      expect(text.split('\n').at(-1)).toMatch(/^(Что делать|Do this): /);
      const again = generalNotice({ kind, params: {}, possibleRepeat: true }, locale);
      expect(again.title).toMatch(/возможен повтор|possible repeat/);
      expect(again.text).not.toMatch(/undefined|: \n/);
    },
  );

  it.each(noticeKinds)('has an ASCII subject for the topic: %s', (kind) => {
    expect(noticeSubjects[kind]).toMatch(/^[ -~]{1,100}$/);
  });

  it('is read back as it was stored', () => {
    const notice = { kind: 'lock-broken', params: { who: 'a|b "c"\n', count: 2 } } as const;
    expect(readNotice(noticeText(notice))).toEqual(notice);
    expect(readNotice(noticeText({ ...notice, params: { kind: 'dead-letters' } }))?.kind).toBe('lock-broken');
  });

  it.each(['', 'null', '{}', '[]', '{"kind":"party"}', '{'])('is not read out of %j', (text) => {
    expect(readNotice(text)).toBeUndefined();
  });
});
