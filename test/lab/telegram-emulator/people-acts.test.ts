import { describe, expect, it } from 'vitest';
import { type Act, readAct } from '../../../services/lab/telegram-emulator/people-acts.ts';
import { startRig } from './emulator-fixture.ts';

const group = -1_000_000_000_009;

describe('people', () => {
  it('press a button: the bot gets the whole message', async () => {
    const rig = startRig();
    const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'b' }]] };
    await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_markup });
    const press = { act: 'press', user: 7, chat_id: 7, message_id: 1 };
    const callback_query_id = rig.act({ ...press, data: 'b' });
    expect((await rig.call('getUpdates')).result).toMatchObject([
      {
        callback_query: {
          id: callback_query_id,
          from: { id: 7 },
          data: 'b',
          message: { message_id: 1, from: { id: 1000 }, text: 'x', reply_markup },
        },
      },
    ]);
    expect(await rig.call('answerCallbackQuery', { callback_query_id })).toMatchObject({ result: true });
    expect(() => rig.act({ ...press, data: 'c' })).toThrow('there is no such button');
  });

  it('react, change their mind and take it back', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'x' });
    await rig.call('getUpdates', { allowed_updates: ['message_reaction'] });
    for (const emoji of ['👍', '🔥', ''])
      rig.act({ act: 'react', user: 7, chat_id: 7, message_id: 1, emoji });
    const thumb = [{ type: 'emoji', emoji: '👍' }];
    const fire = [{ type: 'emoji', emoji: '🔥' }];
    expect((await rig.call('getUpdates', { offset: -3 })).result).toMatchObject([
      { message_reaction: { user: { id: 7 }, message_id: 1, old_reaction: [], new_reaction: thumb } },
      { message_reaction: { old_reaction: thumb, new_reaction: fire } },
      { message_reaction: { old_reaction: fire, new_reaction: [] } },
    ]);
    const shown = rig.emulator.events.since(0).filter(({ type }) => type === 'message-reacted');
    expect(shown.map(({ details }) => details['reactions'])).toEqual([thumb, fire, []]);
  });

  it('block the bot and let it write again', async () => {
    const rig = startRig();
    rig.act({ act: 'block', user: 7 });
    expect(await rig.call('sendMessage', { chat_id: 7, text: 'x' })).toMatchObject({
      error_code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    rig.act({ act: 'unblock', user: 7 });
    expect(await rig.call('sendMessage', { chat_id: 7, text: 'x' })).toMatchObject({ ok: true });
    expect((await rig.call('getUpdates')).result).toMatchObject([
      { my_chat_member: { from: { id: 7 }, new_chat_member: { user: { id: 1000 }, status: 'kicked' } } },
      { my_chat_member: { new_chat_member: { status: 'member' } } },
    ]);
  });

  it('come into a group and go', async () => {
    const rig = startRig();
    const user = { id: 7, is_bot: false, first_name: 'Anna' };
    rig.act({ act: 'join', user, chat_id: group });
    rig.act({ act: 'leave', user: 7, chat_id: group });
    expect((await rig.call('getUpdates')).result).toMatchObject([
      { message: { new_chat_members: [user] } },
      { message: { left_chat_member: { id: 7 } } },
    ]);
  });

  it('are called as the bot knows them', async () => {
    const rig = startRig();
    const chat = { id: 7, type: 'private', first_name: 'Anna', username: 'anna' };
    rig.push({ message: { message_id: 1, chat, text: 'hi' } });
    rig.act({ act: 'inline-query', user: 7, query: 'x' });
    expect((await rig.call('getUpdates', { offset: -1 })).result).toMatchObject([
      { inline_query: { from: { id: 7, is_bot: false, first_name: 'Anna', username: 'anna' } } },
    ]);
  });

  it.each<[Act, string]>([
    [{ act: 'react', user: 7, chat_id: 7, message_id: 9, emoji: '👍' }, 'message not found'],
    [{ act: 'react', user: 7, message_id: 1, emoji: '👍' }, 'chat_id is empty'],
    [{ act: 'react', user: 7, chat_id: 7, message_id: 1, emoji: '🚀' }, 'REACTION_INVALID'],
    [{ act: 'vote', user: 7, chat_id: 7, message_id: 1 }, 'message is not a poll'],
    [{ act: 'pay', user: 7, chat_id: 7, message_id: 1 }, 'message is not an invoice'],
  ])('%o is refused: %s', async (act, why) => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'x' });
    expect(() => rig.act(act)).toThrow(`Bad Request: ${why}`);
  });
});

describe('a request', () => {
  it('is read', () => {
    const act = { act: 'vote', user: 7, chat_id: 7, message_id: 1, option_ids: [0] };
    expect(readAct(act)).toEqual(act);
  });

  it.each([
    [{ act: 'dance', user: 7 }, /^act: expected one of press, react, .*, got "dance"$/],
    [{ act: 'react' }, /^user: expected a user's id or a user object, got undefined$/],
    [{ act: 'react', user: 7, chat_id: 'x' }, /^chat_id: expected an integer, got "x"$/],
    [{ act: 'react', user: 7, emoji: 1 }, /^emoji: expected a text, got 1$/],
    [
      { act: 'vote', user: 7, option_ids: [0.5] },
      /^option_ids: expected an array of integers, got \[0\.5\]$/,
    ],
  ])('%o is refused', (body, line) => {
    expect(readAct(body)).toMatch(line);
  });
});
