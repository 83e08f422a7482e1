import { describe, expect, it } from 'vitest';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { judgePollFailure } from '../../../services/core/updates/poll-failure.ts';

const refused = (status: number, description = 'any', retryAfterSeconds?: number): Error =>
  new BotApiRefusedError('getUpdates', { status, description, retryAfterSeconds });
const unreachable = new BotApiUnreachableError('getUpdates', 'no answer', {
  aborted: false,
  cause: undefined,
});
const webhook = "Conflict: can't use getUpdates method while webhook is active";

describe('a failed poll', () => {
  it.each([
    ['401', refused(401, 'Unauthorized'), { kind: 'token rejected' }],
    ['404', refused(404, 'Not Found'), { kind: 'token rejected' }],
    [
      '409 of another poll',
      refused(409, 'Conflict: terminated by other getUpdates request'),
      { kind: 'conflict', delayMs: 4000 },
    ],
    ['409 of a webhook', refused(409, webhook), { kind: 'webhook', delayMs: 4000 }],
    ['429 with a delay', refused(429, 'Too Many Requests', 12), { kind: 'rate limited', delayMs: 12_250 }],
    ['429 without a delay', refused(429), { kind: 'rate limited', delayMs: 1250 }],
    ['500', refused(500), { kind: 'trouble', delayMs: 375 }],
    ['400', refused(400), { kind: 'trouble', delayMs: 375 }],
    ['no answer', unreachable, { kind: 'trouble', delayMs: 375 }],
    ['a bug', new TypeError('x is not a function'), { kind: 'trouble', delayMs: 375 }],
    ['what is not an error', 'a string', { kind: 'trouble', delayMs: 375 }],
  ])('is judged by its cause: %s', (_cause, error, expected) => {
    expect(judgePollFailure(error, 1, 0.5)).toEqual(expected);
  });
});

describe('the back-off', () => {
  it.each([
    [1, 500],
    [2, 1000],
    [3, 2000],
    [6, 16_000],
    [7, 30_000],
    [2000, 30_000],
  ])('after %i failures in a row is random between half of and all of %i ms', (failuresInRow, fullMs) => {
    expect(judgePollFailure(unreachable, failuresInRow, 0)).toEqual({ kind: 'trouble', delayMs: fullMs / 2 });
    expect(judgePollFailure(unreachable, failuresInRow, 1)).toEqual({ kind: 'trouble', delayMs: fullMs });
  });

  it.each([
    [0, 3000],
    [1, 5000],
  ])('after a conflict does not grow: random unit %i gives %i ms', (unit, delayMs) => {
    expect(judgePollFailure(refused(409), 50, unit)).toEqual({ kind: 'conflict', delayMs });
  });
});
