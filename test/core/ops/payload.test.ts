import { describe, expect, it } from 'vitest';
import { opsActions, readPayload } from '../../../services/core/ops/payload.ts';

const because = 'the holder hangs';

describe('a valid payload', () => {
  it.each(opsActions)('may be %s with a reason', (action) => {
    const more = action === 'snooze' ? { minutes: 30 } : {};
    expect(readPayload({ action, reason: because, ...more })).toEqual({
      ok: true,
      request: { action, force: false, dropUpdates: false, reason: because, requestedBy: 'ops', ...more },
    });
  });

  it.each([
    [{ action: 'status' }, { reason: '' }],
    [{ action: 'status', reason: because, force: false, dropUpdates: false }, { force: false }],
    [{ action: 'release-lock', force: true, reason: because }, { force: true }],
    [
      { action: 'recover', force: true, dropUpdates: true, reason: because },
      { force: true, dropUpdates: true },
    ],
    [
      { action: 'restart', reason: ' why ', requestedBy: ' anna ' },
      { reason: 'why', requestedBy: 'anna' },
    ],
    [{ action: 'restart', reason: '🙂'.repeat(500) }, { reason: '🙂'.repeat(500) }],
  ])('%j', (payload, request) => {
    expect(readPayload(payload)).toMatchObject({ ok: true, request });
  });
});

const bad: readonly (readonly [unknown, string])[] = [
  [undefined, 'PAYLOAD_NOT_AN_OBJECT'],
  [null, 'PAYLOAD_NOT_AN_OBJECT'],
  ['release-lock', 'PAYLOAD_NOT_AN_OBJECT'],
  [7, 'PAYLOAD_NOT_AN_OBJECT'],
  [true, 'PAYLOAD_NOT_AN_OBJECT'],
  [[], 'PAYLOAD_NOT_AN_OBJECT'],
  [[{ action: 'status' }], 'PAYLOAD_NOT_AN_OBJECT'],
  [{}, 'UNKNOWN_ACTION'],
  [{ reason: because }, 'UNKNOWN_ACTION'],
  [{ action: '' }, 'UNKNOWN_ACTION'],
  [{ action: 'Status' }, 'UNKNOWN_ACTION'],
  [{ action: 'release_lock', reason: because }, 'UNKNOWN_ACTION'],
  [{ action: ' status' }, 'UNKNOWN_ACTION'],
  [{ action: ['status'] }, 'UNKNOWN_ACTION'],
  [{ action: { toString: 'status' } }, 'UNKNOWN_ACTION'],
  [{ action: null }, 'UNKNOWN_ACTION'],
  [{ action: 'task-stopped', reason: because }, 'UNKNOWN_ACTION'],
  [{ action: 'constructor', reason: because }, 'UNKNOWN_ACTION'],
  [JSON.parse('{"action":"status","__proto__":{"force":true}}'), 'UNKNOWN_FIELD'],
  [{ action: 'status', Reason: because }, 'UNKNOWN_FIELD'],
  [{ action: 'release-lock', reason: because, forced: true }, 'UNKNOWN_FIELD'],
  [{ action: 'release-lock', reason: because, toString: 1 }, 'UNKNOWN_FIELD'],
  [{ action: 'release-lock' }, 'REASON_MISSING'],
  [{ action: 'drop-updates' }, 'REASON_MISSING'],
  [{ action: 'restart' }, 'REASON_MISSING'],
  [{ action: 'recover' }, 'REASON_MISSING'],
  [{ action: 'recover', reason: '' }, 'REASON_MISSING'],
  [{ action: 'recover', reason: ' \n\t' }, 'REASON_MISSING'],
  [{ action: 'recover', reason: null }, 'BAD_FIELD'],
  [{ action: 'recover', reason: 5 }, 'BAD_FIELD'],
  [{ action: 'recover', reason: [because] }, 'BAD_FIELD'],
  [{ action: 'recover', reason: 'x'.repeat(501) }, 'REASON_TOO_LONG'],
  [{ action: 'status', reason: 'x'.repeat(501) }, 'REASON_TOO_LONG'],
  [{ action: 'release-lock', reason: because, force: 'true' }, 'BAD_FIELD'],
  [{ action: 'release-lock', reason: because, force: 1 }, 'BAD_FIELD'],
  [{ action: 'release-lock', reason: because, force: null }, 'BAD_FIELD'],
  [{ action: 'restart', reason: because, force: true }, 'BAD_FIELD'],
  [{ action: 'status', force: true }, 'BAD_FIELD'],
  [{ action: 'release-lock', reason: because, dropUpdates: true }, 'BAD_FIELD'],
  [{ action: 'drop-updates', reason: because, dropUpdates: 'yes' }, 'BAD_FIELD'],
  [{ action: 'restart', reason: because, requestedBy: '' }, 'BAD_FIELD'],
  [{ action: 'restart', reason: because, requestedBy: 7 }, 'BAD_FIELD'],
  [{ action: 'restart', reason: because, requestedBy: 'x'.repeat(201) }, 'BAD_FIELD'],
  [{ action: 'release-lock', reason: because, force: true, requestedBy: 'ecs' }, 'RESERVED_NAME'],
  [{ action: 'restart', reason: because, requestedBy: '\u00a0Heartbeat-Monitor\t' }, 'RESERVED_NAME'],
  [{ action: 'restart', reason: because, requestedBy: 'ec\u200bs' }, 'RESERVED_NAME'],
  [{ action: 'restart', reason: because, requestedBy: 'the link sent to 101' }, 'RESERVED_NAME'],
  [{ action: 'restart', reason: because, requestedBy: 'anna\u0007' }, 'CONTROL_CHARACTER'],
  [{ action: 'restart', reason: 'x\u001b[2K\rAll is well' }, 'CONTROL_CHARACTER'],
  [{ action: 'restart', reason: '\u009b31m' }, 'CONTROL_CHARACTER'],
  [{ action: 'restart', reason: 'evil \u202egpj.exe' }, 'CONTROL_CHARACTER'],
  [{ action: 'restart', reason: 'one\ntwo' }, 'CONTROL_CHARACTER'],
  [{ action: 'status', reason: 'a\u200bb' }, 'CONTROL_CHARACTER'],
];

describe('an invalid payload', () => {
  it.each(bad)('%j is refused with %s', (payload, code) => {
    const result = readPayload(payload);
    expect(result).toMatchObject({ ok: false, error: { code } });
    if (result.ok) throw new Error('refused');
    // What was expected, what came, and how to fix it.
    expect(result.error.message).toMatch(/expected .+, got .+; .+/);
    expect(result.error.message.length).toBeLessThan(300);
  });
});

describe('the minutes of a snooze', () => {
  it.each([0, 1, 1440])('may be %d', (minutes) => {
    expect(readPayload({ action: 'snooze', reason: because, minutes })).toMatchObject({
      request: { minutes },
    });
  });

  it.each([undefined, -1, 1441, 1.5, '30', null])('may not be %j', (minutes) => {
    const payload = { action: 'snooze', reason: because, ...(minutes === undefined ? {} : { minutes }) };
    expect(readPayload(payload)).toMatchObject({
      ok: false,
      error: {
        code: 'BAD_FIELD',
        message: expect.stringMatching(/^minutes: expected a whole number from 0 to 1440/),
      },
    });
  });

  it('belong to no other action', () => {
    expect(readPayload({ action: 'restart', reason: because, minutes: 5 })).toMatchObject({
      ok: false,
      error: { message: 'minutes: expected only with snooze, got it with restart; leave it out' },
    });
  });
});
