import { describe, expect, it } from 'vitest';
import {
  heartbeatAgeSeconds,
  heartbeatFor,
  pollErrorOf,
  readHeartbeat,
} from '../../../services/core/lease/heartbeat.ts';

const momentMs = Date.UTC(2026, 2, 1, 3, 4, 5, 678);
const read = (ts: unknown) => readHeartbeat(JSON.stringify({ ts }));

describe('readHeartbeat', () => {
  it('reads a missing value as absent and an empty one as malformed', () => {
    expect(readHeartbeat(null)).toEqual({ kind: 'absent' });
    expect(readHeartbeat('')).toEqual({ kind: 'malformed', raw: '' });
  });

  it('keeps the stored value unchanged', () => {
    const raw = '{"host":"h",  "ts":"2026-03-01T03:04:05.678Z"}';
    expect(readHeartbeat(raw)).toEqual({
      kind: 'present',
      raw,
      tsMs: momentMs,
      heartbeat: { host: 'h', ts: '2026-03-01T03:04:05.678Z' },
    });
  });

  it.each([
    ['as this worker writes it', '2026-03-01T03:04:05.678Z', momentMs],
    ['without a fraction', '2026-03-01T03:04:05Z', momentMs - 678],
    ['to the microsecond, with a zero offset', '2026-03-01T03:04:05.678901+00:00', momentMs],
    ['to the nanosecond', '2026-03-01T03:04:05.678901234Z', momentMs],
    ['on a leap day', '2028-02-29T00:00:00Z', Date.UTC(2028, 1, 29)],
  ])('accepts a time %s', (_name, ts, tsMs) => {
    expect(read(ts)).toMatchObject({ kind: 'present', tsMs });
  });

  it.each([
    '1',
    '2026',
    '2026-03-01',
    'x 2026-03-01',
    'Mon',
    'Sun, 01 Mar 2026 03:04:05 GMT',
    '03/01/2026',
    '2026-03-01 03:04:05Z',
    '2026-03-01T03:04Z',
    '2026-03-01T03:04:05',
    '2026-03-01T03:04:05Z ',
    '2026-02-29T00:00:00Z',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-03-01T25:00:00Z',
    '2026-03-01T03:04:60Z',
    '2026-03-01T06:04:05+03:00',
    '+002026-03-01T03:04:05Z',
    '',
    5,
    null,
    undefined,
    {},
  ])('rejects %j as a time', (ts) => {
    expect(read(ts).kind).toBe('malformed');
  });

  it.each(['null', '"2026-03-01T03:04:05Z"', '[]', '{', '7', 'not json'])('reads %s as malformed', (raw) => {
    expect(readHeartbeat(raw)).toEqual({ kind: 'malformed', raw });
  });
});

describe('heartbeatFor', () => {
  const written = (bot?: unknown) => readHeartbeat(JSON.stringify({ ts: '2026-03-01T03:04:05Z', bot }));

  it.each(['42', 42, undefined])('counts a heartbeat of bot %j as that of bot 42', (bot) => {
    expect(heartbeatFor('42', written(bot))).toEqual(written(bot));
  });

  it.each(['7', 7, '042', null])('takes a heartbeat of bot %j for none', (bot) => {
    const { raw } = written(bot) as { raw: string };
    expect(heartbeatFor('42', written(bot))).toEqual({ kind: 'of another bot', raw });
  });

  it('counts every heartbeat if no bot is meant', () => {
    expect(heartbeatFor(undefined, written('7')).kind).toBe('present');
  });
});

describe('heartbeatAgeSeconds', () => {
  it('is in seconds, and never negative', () => {
    const reading = read('2026-03-01T03:04:05.678Z');
    expect(heartbeatAgeSeconds(reading, momentMs + 1500)).toBe(1.5);
    expect(heartbeatAgeSeconds(reading, momentMs - 1500)).toBe(0);
  });

  it('is null for an absent or malformed heartbeat', () => {
    expect(heartbeatAgeSeconds(readHeartbeat(null), momentMs)).toBeNull();
    expect(heartbeatAgeSeconds(readHeartbeat('x'), momentMs)).toBeNull();
  });
});

describe('pollErrorOf', () => {
  const written = (error: unknown) =>
    readHeartbeat(JSON.stringify({ ts: '2026-03-01T03:04:05Z', last_error: error }));

  it('is why polls have failed since', () => {
    expect(pollErrorOf(written('getUpdates: 502'))).toBe('getUpdates: 502');
  });

  it.each([null, undefined, '', 5, {}])('is null if the heartbeat gives %j', (error) => {
    expect(pollErrorOf(written(error))).toBeNull();
  });

  it('is null for an absent or malformed heartbeat', () => {
    expect([readHeartbeat(null), readHeartbeat('x')].map(pollErrorOf)).toEqual([null, null]);
  });
});
