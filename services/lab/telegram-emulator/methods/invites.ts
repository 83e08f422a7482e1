/**
 * Invite links, and the requests of those who want to come in.
 *
 * Source: telegram-bot-api's `process_…_chat_invite_link_query`; td's `DialogInviteLinkManager.cpp`.
 */
import { mustHaveRight, reachableChat, readUserId } from '../access.ts';
import type { Chat } from '../chats.ts';
import { type ApiAnswer, badRequest, succeed } from '../errors.ts';
import type { InviteLink } from '../invites.ts';
import { changeMember, isInChat } from '../member-change.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const nameLengthMax = 32;
const memberLimitMax = 100_000;

export const inviteMethods: MethodGroup = {
  exportChatInviteLink(call) {
    const chat = invitingChat(call);
    const settings = call.bot.chats.settings(chat.id);
    const old = call.bot.invites.find(chat.id, settings.primaryLink);
    if (old !== undefined) call.bot.invites.save(chat.id, { ...old, is_revoked: true });
    const link = call.bot.invites.create(chat.id, {
      creator: call.bot.user,
      creates_join_request: false,
      is_primary: true,
    });
    settings.primaryLink = link.invite_link;
    return succeed(link.invite_link);
  },
  createChatInviteLink(call) {
    const chat = invitingChat(call);
    return succeed(call.bot.invites.create(chat.id, linkFields(call)));
  },
  editChatInviteLink(call) {
    const chat = invitingChat(call);
    const { invite_link } = mustFindLink(call, chat);
    return succeed(call.bot.invites.save(chat.id, { ...linkFields(call), invite_link, is_revoked: false }));
  },
  revokeChatInviteLink(call) {
    const chat = invitingChat(call);
    const link = mustFindLink(call, chat);
    return succeed(call.bot.invites.save(chat.id, { ...link, is_revoked: true }));
  },
  approveChatJoinRequest: (call) => decide(call, { isApproved: true }),
  declineChatJoinRequest: (call) => decide(call, { isApproved: false }),
};

function invitingChat({ bot, args }: MethodCall): Chat {
  const chat = reachableChat(bot, args);
  if (chat['type'] === 'private') throw badRequest("can't invite members to a private chat");
  mustHaveRight(bot, chat, 'can_invite_users', 'not enough rights to manage chat invite link');
  return chat;
}

function mustFindLink({ bot, args }: MethodCall, chat: Chat): InviteLink {
  if (args.text('invite_link') === '') throw badRequest('invite link must be non-empty');
  const link = bot.invites.find(chat.id, args.text('invite_link'));
  if (link === undefined) throw badRequest('INVITE_HASH_EXPIRED');
  return link;
}

function linkFields({ bot, args }: MethodCall): Record<string, unknown> {
  const name = args.text('name').slice(0, nameLengthMax);
  const expire_date = args.integer('expire_date', { absent: 0, min: 0 });
  const member_limit = args.integer('member_limit', { absent: 0, min: 0, max: memberLimitMax });
  const creates_join_request = args.flag('creates_join_request');
  if (creates_join_request && member_limit > 0) {
    throw badRequest("member limit can't be specified for links requiring administrator approval");
  }
  return {
    ...(name === '' ? {} : { name }),
    creator: bot.user,
    ...(expire_date === 0 ? {} : { expire_date }),
    ...(member_limit === 0 ? {} : { member_limit }),
    creates_join_request,
    is_primary: false,
  };
}

function decide({ bot, args }: MethodCall, { isApproved }: { isApproved: boolean }): ApiAnswer {
  const userId = readUserId(args);
  const chat = reachableChat(bot, args);
  if (chat['type'] === 'private') throw badRequest("the chat can't have join requests");
  mustHaveRight(bot, chat, 'can_invite_users', 'not enough rights to manage chat join requests');
  if (isInChat(bot.members.get(chat, userId))) throw badRequest('USER_ALREADY_PARTICIPANT');
  const request = bot.invites.takeRequest(chat.id, userId);
  if (request === undefined) throw badRequest('HIDE_REQUESTER_MISSING');
  if (isApproved) {
    const more = { via_join_request: true, invite_link: request.invite_link };
    changeMember(bot, { chat, member: { user: request.user, status: 'member' }, by: bot.user, more });
  }
  return succeed(true);
}
