/**
 * The members of a chat: who they are, and what the bot does to them.
 *
 * Two methods have an older name, too, which libraries still use.
 * Source: telegram-bot-api's `process_…_chat_member_query`; td's `DialogParticipantManager.cpp`.
 */
import { mustHaveRight, reachableChat, readUserId } from '../access.ts';
import type { Chat } from '../chats.ts';
import { type ApiAnswer, badRequest, succeed } from '../errors.ts';
import { lengthOf } from '../formatted-text.ts';
import { changeMember, isInChat } from '../member-change.ts';
import { administratorRights, type Member } from '../members.ts';
import { readPermissions } from '../permissions.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const titleLengthMax = 16;
const restrictReason = 'not enough rights to restrict/unrestrict chat member';

export const memberMethods: MethodGroup = {
  getChatMember({ bot, args }) {
    const userId = readUserId(args);
    return succeed(bot.members.get(bot.chats.resolve(args.text('chat_id')), userId));
  },
  getChatAdministrators({ bot, args }) {
    const chat = reachableChat(bot, args);
    if (chat['type'] === 'private') throw badRequest('there are no administrators in the private chat');
    const leading = bot.members
      .all(chat)
      .filter(({ status }) => status === 'creator' || status === 'administrator');
    // Other bots are left out, as the real server does.
    return succeed(leading.filter(({ user }) => user['is_bot'] !== true || user.id === bot.id));
  },
  getChatMemberCount: countMembers,
  getChatMembersCount: countMembers,
  banChatMember: ban,
  kickChatMember: ban,
  unbanChatMember(call) {
    const { chat, member } = target(
      call,
      'method is available for supergroup and channel chats only',
      'group',
    );
    mustHaveRight(call.bot, chat, 'can_restrict_members', restrictReason);
    if (call.args.flag('only_if_banned') && member.status !== 'kicked') return succeed(true);
    refuseLeading(member);
    return change(call, chat, { user: member.user, status: 'left' });
  },
  restrictChatMember(call) {
    const permissions = readPermissions(call.args);
    const { chat, member } = target(call, 'method is available only for supergroups', 'group', 'channel');
    mustHaveRight(call.bot, chat, 'can_restrict_members', restrictReason);
    refuseLeading(member);
    const is_member = isInChat(member);
    if (is_member && Object.values(permissions).every(Boolean)) {
      return change(call, chat, { user: member.user, status: 'member' });
    }
    const until_date = call.args.integer('until_date', { absent: 0 });
    return change(call, chat, {
      user: member.user,
      status: 'restricted',
      until_date,
      ...permissions,
      is_member,
    });
  },
  promoteChatMember(call) {
    const { bot, args } = call;
    const { chat, member } = target(
      call,
      'method is available for supergroup and channel chats only',
      'group',
    );
    if (member.user.id === bot.id) throw badRequest("can't promote self");
    mustHaveRight(bot, chat, 'can_promote_members', 'not enough rights');
    if (member.status === 'creator') throw badRequest("can't remove chat owner");
    if (!isInChat(member)) throw badRequest('USER_NOT_PARTICIPANT');
    const rights = Object.fromEntries(administratorRights.map((name) => [name, args.flag(name)]));
    const isPromotion = Object.values(rights).includes(true);
    const promoted = {
      status: 'administrator',
      can_be_edited: true,
      ...rights,
      can_manage_chat: true,
    } as const;
    return change(call, chat, { user: member.user, ...(isPromotion ? promoted : { status: 'member' }) });
  },
  setChatAdministratorCustomTitle(call) {
    const reason = 'method is available only for groups and supergroups';
    const { chat, member } = target(call, reason, 'channel');
    if (member.status === 'creator') throw badRequest('only the owner can edit their custom title');
    if (member.status !== 'administrator') throw badRequest('user is not an administrator');
    if (member['can_be_edited'] !== true) {
      throw badRequest('not enough rights to change custom title of the user');
    }
    const { custom_title: _, ...rest } = member;
    const title = call.args.text('custom_title');
    if (lengthOf(title) > titleLengthMax) throw badRequest('CUSTOM_TITLE_INVALID');
    call.bot.members.set(chat.id, title === '' ? rest : { ...rest, custom_title: title });
    return succeed(true);
  },
  leaveChat(call) {
    const { bot, args } = call;
    const chat = bot.chats.resolve(args.text('chat_id'));
    if (chat['type'] === 'private') throw badRequest("can't leave private chats");
    return change(call, reachableChat(bot, args), {
      user: bot.members.get(chat, bot.id).user,
      status: 'left',
    });
  },
};

function countMembers({ bot, args }: MethodCall): ApiAnswer {
  const chat = reachableChat(bot, args);
  if (chat['type'] === 'private') return succeed(2);
  return succeed(bot.members.all(chat).filter(isInChat).length);
}

function ban(call: MethodCall): ApiAnswer {
  const { chat, member } = target(call, "can't ban members in private chats");
  mustHaveRight(call.bot, chat, 'can_restrict_members', restrictReason);
  refuseLeading(member);
  const until_date = call.args.integer('until_date', { absent: 0 });
  const gone =
    chat['type'] === 'group' ? ({ status: 'left' } as const) : ({ status: 'kicked', until_date } as const);
  return change(call, chat, { user: member.user, ...gone });
}

/** The chat and whom the call is about; a private chat and those of the given types are refused for the reason. */
function target(
  { bot, args }: MethodCall,
  reason: string,
  ...refusedTypes: string[]
): { chat: Chat; member: Member } {
  const userId = readUserId(args);
  const chat = reachableChat(bot, args);
  if (['private', ...refusedTypes].includes(String(chat['type']))) throw badRequest(reason);
  return { chat, member: bot.members.get(chat, userId) };
}

function refuseLeading({ status }: Member): void {
  if (status === 'creator') throw badRequest("can't remove chat owner");
  if (status === 'administrator') throw badRequest('user is an administrator of the chat');
}

function change({ bot }: MethodCall, chat: Chat, member: Member): ApiAnswer {
  changeMember(bot, { chat, member, by: bot.user });
  return succeed(true);
}
