import { describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../emulator-fixture.ts';

const refused = (why: string, error_code = 400): unknown => ({
  ok: false,
  error_code,
  description: `${error_code === 403 ? 'Forbidden' : 'Bad Request'}: ${why}`,
});
const group = { id: -1_000_000_000_009, type: 'supergroup', title: 'Staff' };
const anna = { id: 7, is_bot: false, first_name: 'Anna' };
const boss = { id: 8, is_bot: false, first_name: 'Boss' };
const chat_id = group.id;

/** A group in which Anna writes and Boss owns. */
function startGroup(): Rig {
  const rig = startRig();
  rig.push(
    { message: { message_id: 1, chat: group, from: anna, text: 'hi' } },
    {
      chat_member: {
        chat: group,
        from: boss,
        old_chat_member: { user: boss, status: 'member' },
        new_chat_member: { user: boss, status: 'creator', is_anonymous: false },
      },
    },
  );
  return rig;
}

const status = async (rig: Rig, user_id: number): Promise<unknown> =>
  (await rig.call('getChatMember', { chat_id, user_id })).result;

describe('who is in a chat', () => {
  it('is who writes there, the bot as an administrator, and nobody else', async () => {
    const rig = startGroup();
    expect(await status(rig, 7)).toEqual({ user: anna, status: 'member' });
    expect(await status(rig, 1000)).toMatchObject({ status: 'administrator', can_restrict_members: true });
    expect(await status(rig, 99)).toMatchObject({ user: { id: 99 }, status: 'left' });
    for (const count of ['getChatMemberCount', 'getChatMembersCount']) {
      expect(await rig.call(count, { chat_id })).toMatchObject({ result: 3 });
    }
    const { result } = await rig.call('getChatAdministrators', { chat_id });
    expect(result).toMatchObject([{ user: { id: 1000 } }, { user: boss, status: 'creator' }]);
  });

  it('follows who comes and goes', async () => {
    const rig = startGroup();
    const vera = { id: 12, is_bot: false, first_name: 'Vera' };
    rig.push({ message: { message_id: 2, chat: group, from: anna, new_chat_members: [vera] } });
    expect(await status(rig, 12)).toMatchObject({ status: 'member' });
    rig.push({ message: { message_id: 3, chat: group, from: vera, left_chat_member: vera } });
    expect(await status(rig, 12)).toMatchObject({ status: 'left' });
  });

  it('no other bot is named among the administrators', async () => {
    const rig = startGroup();
    const user = { id: 55, is_bot: true, first_name: 'Other bot' };
    const change = {
      old_chat_member: { user, status: 'member' },
      new_chat_member: { user, status: 'administrator' },
    };
    rig.push({ chat_member: { chat: group, from: boss, ...change } });
    const { result } = await rig.call('getChatAdministrators', { chat_id });
    expect(result).toMatchObject([{ user: { id: 1000 } }, { user: boss }]);
    expect(await rig.call('getChatMemberCount', { chat_id })).toMatchObject({ result: 4 });
  });

  it('somebody restricted stays so, in or out', async () => {
    const rig = startGroup();
    await rig.call('restrictChatMember', { chat_id, user_id: 99, permissions: {} });
    expect(await rig.call('getChatMemberCount', { chat_id })).toMatchObject({ result: 3 });
    await rig.call('restrictChatMember', { chat_id, user_id: 7, permissions: {} });
    rig.push({ message: { message_id: 2, chat: group, from: anna, text: 'still here' } });
    expect(await status(rig, 7)).toMatchObject({ status: 'restricted' });
    expect(await rig.call('getChatMemberCount', { chat_id })).toMatchObject({ result: 3 });
  });

  it('is the person and the bot in a private chat', async () => {
    const rig = startRig();
    rig.push({
      message: { message_id: 1, chat: { id: 7, type: 'private', first_name: 'Anna' }, from: anna },
    });
    expect(await rig.call('getChatMember', { chat_id: 7, user_id: 7 })).toMatchObject({
      result: { user: { id: 7, first_name: 'Anna' }, status: 'member' },
    });
    expect(await rig.call('getChatMemberCount', { chat_id: 7 })).toMatchObject({ result: 2 });
    expect(await rig.call('getChatAdministrators', { chat_id: 7 })).toEqual(
      refused('there are no administrators in the private chat'),
    );
  });
});

describe('the bot changes members', () => {
  it('bans and lets in again, and is told of it if it wants to know', async () => {
    const rig = startGroup();
    await rig.call('getUpdates', { allowed_updates: ['chat_member'], offset: -1 });
    expect(await rig.call('banChatMember', { chat_id, user_id: 7, until_date: 5 })).toMatchObject({
      result: true,
    });
    expect(await status(rig, 7)).toMatchObject({ status: 'kicked', until_date: 5 });
    await rig.call('unbanChatMember', { chat_id, user_id: 7, only_if_banned: true });
    expect(await status(rig, 7)).toMatchObject({ status: 'left' });
    const { result } = await rig.call('getUpdates', { offset: -2 });
    expect(result).toMatchObject([
      {
        chat_member: {
          from: { id: 1000 },
          old_chat_member: { status: 'member' },
          new_chat_member: { status: 'kicked' },
        },
      },
      { chat_member: { old_chat_member: { status: 'kicked' }, new_chat_member: { status: 'left' } } },
    ]);
  });

  it('bans by the older name, too', async () => {
    const rig = startGroup();
    await rig.call('kickChatMember', { chat_id, user_id: 7 });
    expect(await status(rig, 7)).toMatchObject({ status: 'kicked' });
  });

  it('does not throw out who is no longer banned', async () => {
    const rig = startGroup();
    await rig.call('unbanChatMember', { chat_id, user_id: 7, only_if_banned: true });
    expect(await status(rig, 7)).toMatchObject({ status: 'member' });
  });

  it('restricts, with the permissions that others imply, and gives all back', async () => {
    const rig = startGroup();
    const permissions = { can_send_polls: true, can_pin_messages: true };
    await rig.call('restrictChatMember', { chat_id, user_id: 7, permissions });
    expect(await status(rig, 7)).toMatchObject({
      status: 'restricted',
      is_member: true,
      can_send_messages: true,
      can_send_photos: false,
      can_manage_topics: true,
    });
    await rig.call('restrictChatMember', {
      chat_id,
      user_id: 7,
      use_independent_chat_permissions: true,
      permissions: { can_send_other_messages: true },
    });
    expect(await status(rig, 7)).toMatchObject({ can_send_other_messages: true, can_send_messages: false });
    await rig.call('restrictChatMember', {
      chat_id,
      user_id: 7,
      permissions: {
        can_send_other_messages: true,
        can_send_polls: true,
        can_change_info: true,
        can_invite_users: true,
        can_pin_messages: true,
        can_add_web_page_previews: true,
        can_react_to_messages: true,
      },
    });
    expect(await status(rig, 7)).toEqual({ user: anna, status: 'member' });
  });

  it('promotes and demotes', async () => {
    const rig = startGroup();
    await rig.call('promoteChatMember', { chat_id, user_id: 7, can_pin_messages: true });
    expect(await status(rig, 7)).toMatchObject({
      status: 'administrator',
      can_pin_messages: true,
      can_change_info: false,
    });
    await rig.call('promoteChatMember', { chat_id, user_id: 7 });
    expect(await status(rig, 7)).toEqual({ user: anna, status: 'member' });
  });

  it('gives an administrator whom it promoted a title', async () => {
    const rig = startGroup();
    await rig.call('promoteChatMember', { chat_id, user_id: 7, can_pin_messages: true });
    const title = (custom_title: string): Promise<unknown> =>
      rig.call('setChatAdministratorCustomTitle', { chat_id, user_id: 7, custom_title });
    await title('cook');
    expect(await status(rig, 7)).toMatchObject({ status: 'administrator', custom_title: 'cook' });
    expect(await title('x'.repeat(17))).toEqual(refused('CUSTOM_TITLE_INVALID'));
    await title('');
    expect(await status(rig, 7)).not.toHaveProperty('custom_title');
  });

  it.each([
    ['setChatAdministratorCustomTitle', { chat_id, user_id: 7 }, 'user is not an administrator'],
    [
      'setChatAdministratorCustomTitle',
      { chat_id, user_id: 8 },
      'only the owner can edit their custom title',
    ],
    [
      'setChatAdministratorCustomTitle',
      { chat_id, user_id: 1000 },
      'not enough rights to change custom title of the user',
    ],
    ['getChatMember', { chat_id }, 'invalid user_id specified'],
    ['banChatMember', { chat_id: 7, user_id: 7 }, "can't ban members in private chats"],
    ['banChatMember', { chat_id, user_id: 8 }, "can't remove chat owner"],
    ['banChatMember', { chat_id, user_id: 1000 }, 'user is an administrator of the chat'],
    [
      'unbanChatMember',
      { chat_id: -9, user_id: 7 },
      'method is available for supergroup and channel chats only',
    ],
    ['restrictChatMember', { chat_id: -9, user_id: 7 }, 'method is available only for supergroups'],
    ['restrictChatMember', { chat_id, user_id: 7, permissions: '{' }, "can't parse permissions JSON object"],
    ['restrictChatMember', { chat_id, user_id: 7, permissions: [] }, 'object expected as permissions'],
    [
      'restrictChatMember',
      { chat_id, user_id: 7, permissions: { can_send_polls: 1 } },
      'can\'t parse chat permissions: Field "can_send_polls" must be of type Boolean',
    ],
    [
      'promoteChatMember',
      { chat_id: -9, user_id: 7 },
      'method is available for supergroup and channel chats only',
    ],
    ['promoteChatMember', { chat_id, user_id: 1000 }, "can't promote self"],
    ['promoteChatMember', { chat_id, user_id: 99 }, 'USER_NOT_PARTICIPANT'],
    ['leaveChat', { chat_id: 7 }, "can't leave private chats"],
  ])('%s %o is refused: %s', async (method, args, why) => {
    expect(await startGroup().call(method, args)).toEqual(refused(why));
  });

  it('needs the rights of an administrator', async () => {
    const rig = startGroup();
    const bot = { id: 1000, is_bot: true, first_name: 'Lab bot' };
    const change = {
      old_chat_member: { user: bot, status: 'administrator' },
      new_chat_member: { user: bot, status: 'member' },
    };
    rig.push({ my_chat_member: { chat: group, from: boss, ...change } });
    expect(await rig.call('banChatMember', { chat_id, user_id: 7 })).toEqual(
      refused('not enough rights to restrict/unrestrict chat member'),
    );
    expect(await rig.call('promoteChatMember', { chat_id, user_id: 7 })).toEqual(
      refused('not enough rights'),
    );
  });
});

describe('the bot out of a chat', () => {
  it('leaves, is told of it, and can do nothing there any more', async () => {
    const rig = startGroup();
    expect(await rig.call('leaveChat', { chat_id })).toMatchObject({ result: true });
    const { result } = await rig.call('getUpdates', { offset: -1 });
    expect(result).toMatchObject([{ my_chat_member: { new_chat_member: { status: 'left' } } }]);
    expect(await rig.call('sendMessage', { chat_id, text: 'x' })).toEqual(
      refused('bot is not a member of the supergroup chat', 403),
    );
  });

  it('writes nowhere that it is shut out of', async () => {
    const rig = startRig();
    const bot = { id: 1000, is_bot: true, first_name: 'Lab bot' };
    const restricted = (is_member: boolean): unknown => ({ user: bot, status: 'restricted', is_member });
    for (const isMember of [true, false]) {
      const change = { old_chat_member: restricted(true), new_chat_member: restricted(isMember) };
      rig.push({ my_chat_member: { chat: group, from: boss, ...change } });
      expect(await rig.call('sendMessage', { chat_id, text: 'x' })).toMatchObject({ ok: isMember });
    }
  });

  it.each([
    [group, 'bot was kicked from the supergroup chat'],
    [{ id: 7, type: 'private', first_name: 'Anna' }, 'bot was blocked by the user'],
  ])('is refused by %o', async (chat, why) => {
    const rig = startRig();
    const bot = { id: 1000, is_bot: true, first_name: 'Lab bot' };
    const change = {
      old_chat_member: { user: bot, status: 'member' },
      new_chat_member: { user: bot, status: 'kicked', until_date: 0 },
    };
    rig.push({ my_chat_member: { chat, from: boss, ...change } });
    expect(await rig.call('sendMessage', { chat_id: chat.id, text: 'x' })).toEqual(refused(why, 403));
  });
});
