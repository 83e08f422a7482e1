/** Tokens, method names, and the methods that need no suite of their own. */
import { describe, expect, it } from 'vitest';
import { Arguments } from '../../../../services/lab/telegram-emulator/arguments.ts';
import { startRig } from '../emulator-fixture.ts';

const refused = (description: string, error_code = 400): unknown => ({ ok: false, error_code, description });

describe('the other methods', () => {
  it('getMe is a bot with the token’s id', async () => {
    expect(await startRig().call('getMe')).toMatchObject({
      result: { id: 1000, is_bot: true, username: expect.stringMatching(/bot$/) },
    });
  });

  it('answerCallbackQuery answers only a pushed query', async () => {
    const rig = startRig();
    rig.push({ callback_query: { id: 'q1', data: 'x' } });
    expect(await rig.call('answerCallbackQuery', { callback_query_id: 'q1' })).toEqual({
      ok: true,
      result: true,
    });
    expect(await rig.call('answerCallbackQuery', { callback_query_id: 'q2' })).toEqual(
      refused('Bad Request: query is too old and response timeout expired or query ID is invalid'),
    );
    expect(await rig.call('answerCallbackQuery', { callback_query_id: 'q1', text: 'x'.repeat(201) })).toEqual(
      refused('Bad Request: MESSAGE_TOO_LONG'),
    );
  });

  it('sendChatAction accepts the known actions', async () => {
    const rig = startRig();
    expect(await rig.call('sendChatAction', { chat_id: 7, action: 'typing' })).toEqual({
      ok: true,
      result: true,
    });
    expect(await rig.call('sendChatAction', { chat_id: 7, action: 'dancing' })).toEqual(
      refused('Bad Request: wrong parameter action in request'),
    );
  });

  it('getChat derives the kind of chat from its id', async () => {
    const rig = startRig();
    const kinds = [7, -7, -1_000_000_000_007].map((chat_id) => rig.call('getChat', { chat_id }));
    expect(await Promise.all(kinds)).toMatchObject([
      { result: { id: 7, type: 'private' } },
      { result: { type: 'group' } },
      { result: { type: 'supergroup' } },
    ]);
  });
});

describe('rule 22: tokens and methods', () => {
  const call = async (token: string, method = 'getMe'): Promise<unknown> => {
    const { emulator } = startRig();
    const client = { name: 'test', gone: new AbortController().signal };
    return JSON.parse((await emulator.call({ token, method, args: Arguments.of({}), client })).body);
  };

  it.each(['', 'abc', '123', '123:', ':secret', '0:secret', 'x1:secret', '1x:secret', `1:${'s'.repeat(80)}`])(
    'a malformed token is refused: %o',
    async (token) => {
      expect(await call(token)).toEqual(refused('Unauthorized: invalid token specified', 401));
    },
  );

  it('an unknown method is not found, and is told with its chat', async () => {
    const rig = startRig();
    expect(await rig.call('getNothing', { chat_id: 7 })).toEqual(refused('Not Found: method not found', 404));
    expect(rig.emulator.events.since(0)).toMatchObject([
      { type: 'method-unknown', details: { method: 'getNothing', chatId: '7' } },
    ]);
  });

  it.each(['getme', 'GETME', 'constructor', '__proto__'])(
    'a method’s case does not matter: %s',
    async (method) => {
      expect(await call('1:a', method)).toMatchObject({ ok: method.toLowerCase() === 'getme' });
    },
  );

  it('each well-formed token is a separate bot', async () => {
    const rig = startRig();
    rig.pushIds(1);
    expect(rig.emulator.state('1000:other')).toMatchObject({ botId: 1000, pending: 0 });
  });
});
