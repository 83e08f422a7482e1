import { describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const chat_id = -1_000_000_000_009;
const getChat = async (rig: Rig, id = chat_id): Promise<unknown> =>
  (await rig.call('getChat', { chat_id: id })).result;

describe('what the bot sets is in the chat', () => {
  it('title, description and permissions', async () => {
    const rig = startRig();
    await rig.call('setChatTitle', { chat_id, title: ' Staff ' });
    await rig.call('setChatDescription', { chat_id, description: 'All of us' });
    await rig.call('setChatPermissions', { chat_id, permissions: { can_send_messages: true } });
    expect(await getChat(rig)).toMatchObject({
      title: 'Staff',
      description: 'All of us',
      permissions: { can_send_messages: true, can_send_polls: false },
    });
    expect(await rig.call('sendMessage', { chat_id, text: 'x' })).toMatchObject({
      result: { chat: { title: 'Staff' } },
    });
  });

  it('the message pinned last', async () => {
    const rig = startRig();
    for (const text of ['one', 'two', 'three']) await rig.call('sendMessage', { chat_id: 7, text });
    for (const message_id of [1, 2, 3]) await rig.call('pinChatMessage', { chat_id: 7, message_id });
    expect(await getChat(rig, 7)).toMatchObject({ pinned_message: { text: 'three' } });
    await rig.call('unpinChatMessage', { chat_id: 7 });
    expect(await getChat(rig, 7)).toMatchObject({ pinned_message: { text: 'two' } });
    await rig.call('unpinChatMessage', { chat_id: 7, message_id: 2 });
    expect(await getChat(rig, 7)).toMatchObject({ pinned_message: { text: 'one' } });
    await rig.call('unpinAllChatMessages', { chat_id: 7 });
    expect(await getChat(rig, 7)).not.toHaveProperty('pinned_message');
    expect(await rig.call('unpinChatMessage', { chat_id: 7 })).toEqual(refused('message to unpin not found'));
  });
});

describe('refuses', () => {
  it.each([
    ['setChatTitle', { chat_id, title: ' ' }, 'title must be non-empty'],
    ['setChatTitle', { chat_id: 7, title: 'x' }, "can't change private chat title"],
    ['setChatDescription', { chat_id: 7 }, "can't change private chat description"],
    ['setChatDescription', { chat_id, description: '' }, 'chat description is not modified'],
    ['setChatPermissions', { chat_id: 7, permissions: {} }, "can't change chat permissions"],
    ['pinChatMessage', { chat_id, message_id: 9 }, 'message to pin not found'],
    ['unpinChatMessage', { chat_id, message_id: 9 }, 'message to unpin not found'],
    ['pinChatMessage', { message_id: 9 }, 'chat_id is empty'],
  ])('%s %o: %s', async (method, args, why) => {
    expect(await startRig().call(method, args)).toEqual(refused(why));
  });

  it.each([
    ['channel', { can_edit_messages: true }, true],
    ['channel', { can_pin_messages: true }, false],
    ['supergroup', { can_edit_messages: true }, false],
    ['supergroup', { can_pin_messages: true }, true],
  ])('in a %s with %o: pins: %s', async (type, rights, ok) => {
    const rig = startRig();
    const member = {
      user: { id: 1000, is_bot: true, first_name: 'Lab bot' },
      status: 'administrator',
      ...rights,
    };
    const change = { old_chat_member: member, new_chat_member: member };
    rig.push({ my_chat_member: { chat: { id: chat_id, type, title: 'x' }, from: { id: 8 }, ...change } });
    expect(await rig.call('unpinAllChatMessages', { chat_id })).toMatchObject({ ok });
  });

  it('a bot that does not administer the chat', async () => {
    const rig = startRig();
    const bot = { id: 1000, is_bot: true, first_name: 'Lab bot' };
    const chat = { id: chat_id, type: 'supergroup', title: 'Staff' };
    const member = { user: bot, status: 'member' };
    rig.push({ my_chat_member: { chat, from: { id: 8 }, old_chat_member: member, new_chat_member: member } });
    expect(await rig.call('setChatTitle', { chat_id, title: 'x' })).toEqual(
      refused('not enough rights to change chat title'),
    );
    expect(await rig.call('setChatDescription', { chat_id, description: 'x' })).toEqual(
      refused('not enough rights to set chat description'),
    );
    expect(await rig.call('unpinAllChatMessages', { chat_id })).toEqual(
      refused('not enough rights to manage pinned messages in the chat'),
    );
  });
});
