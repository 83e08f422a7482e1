import { expect, it } from 'vitest';
import { probeTelegram } from '../../../services/core/outage/probes.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
} from '../../../services/core/platform/bot-api.ts';
import { isTokenRejection } from '../../../services/core/platform/token-rejection.ts';
import { judgePollFailure } from '../../../services/core/updates/poll-failure.ts';

const refused = (status: number, description: string) =>
  new BotApiRefusedError('getUpdates', { status, description });

it.each([
  ['401', refused(401, 'Unauthorized'), true],
  ['401 for a malformed token', refused(401, 'Unauthorized: invalid token specified'), true],
  ['404 for an unknown token', refused(404, 'Not Found'), true],
  ['404 for a method', refused(404, 'Not Found: method not found'), false],
  ['403', refused(403, 'Forbidden'), false],
  ['no answer', new BotApiUnreachableError('getUpdates', '404', { aborted: false, cause: undefined }), false],
] as const)(
  'worker and monitor agree on whether the token is rejected: %s',
  async (_name, error, rejected) => {
    const api: BotApi = { call: () => Promise.reject(error) };
    expect(isTokenRejection(error)).toBe(rejected);
    expect(judgePollFailure(error, 1, 0).kind === 'token rejected').toBe(rejected);
    expect((await probeTelegram(api)).kind === 'token-rejected').toBe(rejected);
  },
);
