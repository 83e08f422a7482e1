import { describe, expect, it } from 'vitest';
import {
  mayRaise,
  readWarning,
  throttleRules,
  warningJson,
  warningKinds,
} from '../../../services/core/alerts/warnings.ts';

const nowMs = Date.UTC(2026, 2, 1, 3);
const halfHourMs = 1_800_000;

describe('mayRaise', () => {
  it.each(warningKinds)('lets the first %s pass and not the same one again at once', (kind) => {
    expect(mayRaise(kind, 'k', undefined, nowMs)).toBe(true);
    expect(mayRaise(kind, 'k', { raisedMs: nowMs, key: 'k' }, nowMs)).toBe(false);
  });

  it('keeps another-poller quiet for half an hour, to the millisecond', () => {
    const { quietMs } = throttleRules['another-poller'];
    expect(quietMs).toBe(halfHourMs);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs - quietMs + 1, key: '' }, nowMs)).toBe(false);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs - quietMs, key: '' }, nowMs)).toBe(true);
  });

  it('raises lock-broken again at once for another key, and never for the same one', () => {
    expect(mayRaise('lock-broken', '6-0', { raisedMs: nowMs, key: '5-0' }, nowMs)).toBe(true);
    expect(mayRaise('lock-broken', '5-0', { raisedMs: 0, key: '5-0' }, nowMs)).toBe(false);
  });

  it('ignores a last warning that is far in the future', () => {
    expect(mayRaise('another-poller', '', { raisedMs: nowMs + halfHourMs, key: '' }, nowMs)).toBe(true);
    expect(mayRaise('another-poller', '', { raisedMs: nowMs + 5, key: '' }, nowMs)).toBe(false);
  });
});

describe('a stored warning', () => {
  it('is read back as it was written', () => {
    const warning = { kind: 'lock-broken', params: { who: 'a|b "c"\n', count: 2 } } as const;
    expect(readWarning(warningJson(warning))).toEqual(warning);
  });

  it('keeps its kind even if a parameter has that name', () => {
    const stored = warningJson({ kind: 'lock-broken', params: { kind: 'dead-letters' } });
    expect(readWarning(stored)?.kind).toBe('lock-broken');
  });

  it('drops parameters that are neither text nor numbers', () => {
    expect(readWarning('{"kind":"lock-broken","who":"anna","why":{"a":1},"count":null}')).toEqual({
      kind: 'lock-broken',
      params: { who: 'anna' },
    });
  });

  it.each(['', 'null', '{}', '[]', '{"kind":"party"}', '{'])('is not read from %j', (text) => {
    expect(readWarning(text)).toBeUndefined();
  });
});
