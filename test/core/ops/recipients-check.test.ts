import { describe, expect, it } from 'vitest';
import { checkRecipients } from '../../../services/core/ops/recipients-check.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';

const asked: string[] = [];
const failing = (error: unknown) => ({
  call: async (method: string, parameters: object): Promise<never> => {
    asked.push(`${method} ${JSON.stringify(parameters)}`);
    throw error;
  },
});
const refused = (status: number, description: string) =>
  new BotApiRefusedError('sendChatAction', { status, description });

describe('whether an alert would reach a superadmin', () => {
  it('is tried without a message', async () => {
    asked.length = 0;
    await checkRecipients(failing(refused(403, 'Forbidden: bot was blocked by the user')), ['101', '102']);
    expect(asked).toEqual([
      'sendChatAction {"chat_id":101,"action":"typing"}',
      'sendChatAction {"chat_id":102,"action":"typing"}',
    ]);
    const accepting = { call: async <Result>() => true as Result };
    expect(await checkRecipients(accepting, ['101'])).toEqual([
      { telegramId: '101', result: 'reachable', said: null },
    ]);
  });

  it.each([
    [403, 'Forbidden: bot was blocked by the user', 'blocked'],
    [400, 'Bad Request: chat not found', 'never-started-or-wrong-id'],
    [403, "Forbidden: bot can't initiate conversation with a user", 'never-started-or-wrong-id'],
    [403, 'Forbidden: user is deactivated', 'deleted-account'],
    [403, "Forbidden: bot can't send messages to bots", 'is-a-bot'],
    [401, 'Unauthorized', 'unknown'],
    [429, 'Too Many Requests: retry after 5', 'unknown'],
    [400, 'Bad Request: something new', 'unknown'],
  ])('%i %s: %s', async (status, description, result) => {
    const [check] = await checkRecipients(failing(refused(status, description)), ['101']);
    expect(check).toMatchObject({ result, said: expect.stringContaining(description) });
  });

  it('is unknown if Telegram does not answer; a bug is thrown', async () => {
    const error = new BotApiUnreachableError('sendChatAction', 'time-out', {
      aborted: false,
      cause: undefined,
    });
    const [check] = await checkRecipients(failing(error), ['101']);
    expect(check?.result).toBe('unknown');
    await expect(checkRecipients(failing(new TypeError('a bug')), ['101'])).rejects.toThrow('a bug');
  });
});
