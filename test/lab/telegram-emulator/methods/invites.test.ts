import { describe, expect, it } from 'vitest';
import type { Act } from '../../../../services/lab/telegram-emulator/people-acts.ts';
import { type Rig, startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const chat_id = -1_000_000_000_009;

async function createLink(rig: Rig, args: Record<string, unknown> = {}): Promise<string> {
  const { result } = await rig.call('createChatInviteLink', { chat_id, ...args });
  return (result as { invite_link: string }).invite_link;
}

describe('invite links', () => {
  it('are created, changed and revoked', async () => {
    const rig = startRig();
    const { result } = await rig.call('createChatInviteLink', { chat_id, name: 'spring', member_limit: 5 });
    expect(result).toMatchObject({
      invite_link: expect.stringMatching(/^https:\/\/t\.me\/\+\w{16}$/),
      name: 'spring',
      member_limit: 5,
      creator: { id: 1000 },
      creates_join_request: false,
      is_primary: false,
      is_revoked: false,
    });
    const { invite_link } = result as { invite_link: string };
    const edited = await rig.call('editChatInviteLink', { chat_id, invite_link, creates_join_request: true });
    expect(edited.result).toMatchObject({ invite_link, creates_join_request: true });
    expect(edited.result).not.toHaveProperty('name');
    expect(await rig.call('revokeChatInviteLink', { chat_id, invite_link })).toMatchObject({
      result: { invite_link, is_revoked: true },
    });
  });

  it('the chat’s own one is the one exported last', async () => {
    const rig = startRig();
    const { result } = await rig.call('exportChatInviteLink', { chat_id });
    expect(await rig.call('getChat', { chat_id })).toMatchObject({ result: { invite_link: result } });
  });

  it.each([
    ['createChatInviteLink', { chat_id: 7 }, "can't invite members to a private chat"],
    [
      'createChatInviteLink',
      { chat_id, member_limit: 1, creates_join_request: true },
      "member limit can't be specified for links requiring administrator approval",
    ],
    ['editChatInviteLink', { chat_id }, 'invite link must be non-empty'],
    ['editChatInviteLink', { chat_id, invite_link: 'https://t.me/+x' }, 'INVITE_HASH_EXPIRED'],
    ['approveChatJoinRequest', { chat_id, user_id: 7 }, 'HIDE_REQUESTER_MISSING'],
    ['declineChatJoinRequest', { chat_id: 7, user_id: 7 }, "the chat can't have join requests"],
    ['declineChatJoinRequest', { chat_id }, 'invalid user_id specified'],
  ])('%s %o is refused: %s', async (method, args, why) => {
    expect(await startRig().call(method, args)).toEqual(refused(why));
  });
});

describe('a request to come in', () => {
  const ask = (rig: Rig, invite_link?: string): unknown =>
    rig.act({ act: 'join-request', user: 7, chat_id, invite_link } satisfies Act);

  it('is told to the bot with its link; approved, the person is in', async () => {
    const rig = startRig();
    const invite_link = await createLink(rig, { creates_join_request: true });
    ask(rig, invite_link);
    const { result } = await rig.call('getUpdates', {
      allowed_updates: ['chat_join_request', 'chat_member'],
    });
    expect(result).toMatchObject([{ chat_join_request: { from: { id: 7 }, invite_link: { invite_link } } }]);
    expect(await rig.call('approveChatJoinRequest', { chat_id, user_id: 7 })).toMatchObject({ result: true });
    expect(await rig.call('getChatMember', { chat_id, user_id: 7 })).toMatchObject({
      result: { status: 'member' },
    });
    const { result: told } = await rig.call('getUpdates', { offset: -1 });
    expect(told).toMatchObject([{ chat_member: { via_join_request: true, invite_link: { invite_link } } }]);
    expect(await rig.call('approveChatJoinRequest', { chat_id, user_id: 7 })).toEqual(
      refused('USER_ALREADY_PARTICIPANT'),
    );
  });

  it('is declined once', async () => {
    const rig = startRig();
    ask(rig);
    expect(await rig.call('declineChatJoinRequest', { chat_id, user_id: 7 })).toMatchObject({ result: true });
    expect(await rig.call('getChatMember', { chat_id, user_id: 7 })).toMatchObject({
      result: { status: 'left' },
    });
    expect(await rig.call('declineChatJoinRequest', { chat_id, user_id: 7 })).toEqual(
      refused('HIDE_REQUESTER_MISSING'),
    );
  });

  it('needs a link of this very chat', async () => {
    const rig = startRig();
    const invite_link = await createLink(rig, { chat_id: -1_000_000_000_008 });
    expect(() => ask(rig, invite_link)).toThrow('INVITE_HASH_EXPIRED');
  });

  it('the chat’s own link ends when a new one is exported', async () => {
    const rig = startRig();
    const { result: first } = await rig.call('exportChatInviteLink', { chat_id });
    ask(rig, String(first));
    await rig.call('exportChatInviteLink', { chat_id });
    expect(() => ask(rig, String(first))).toThrow('INVITE_HASH_EXPIRED');
  });

  it('needs a link that is not revoked', async () => {
    const rig = startRig();
    const invite_link = await createLink(rig);
    await rig.call('revokeChatInviteLink', { chat_id, invite_link });
    expect(() => ask(rig, invite_link)).toThrow('INVITE_HASH_EXPIRED');
  });
});
