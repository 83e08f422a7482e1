/**
 * What people do other than writing: they press buttons, react, vote, pay, ask to come in, type an inline query, block the bot.
 *
 * | act | needs | result |
 * | --- | --- | --- |
 * | `press` | chat_id, message_id, data | the query's id |
 * | `react` | chat_id, message_id, emoji (empty: take it back) | true |
 * | `vote` | chat_id, message_id, option_ids (empty: take it back) | true |
 * | `pay` | chat_id, message_id | the id of the query that the bot must answer |
 * | `join-request` | chat_id, invite_link? | true |
 * | `join`, `leave` | chat_id | true |
 * | `inline-query` | query, offset? | the query's id |
 * | `choose` | query, result_id | true |
 * | `block`, `unblock` | nothing more: the private chat with the bot | true |
 *
 * `user` is a user's id, or a user as the Bot API shows one. The bot gets the updates that Telegram sends it.
 *
 * Tested by: test/lab/telegram-emulator/people-acts.test.ts
 */
import type { Bot } from './bot.ts';
import type { Chat } from './chats.ts';
import { badRequest } from './errors.ts';
import { changeMember } from './member-change.ts';
import { inventUser, isUser, type User } from './members.ts';
import { messageJson } from './message-json.ts';
import type { Message } from './messages.ts';
import { vote } from './polls.ts';
import { setReactions } from './react.ts';
import { isReactionEmoji, type Reaction } from './reactions.ts';

export interface Act {
  readonly act: string;
  readonly user: User | number;
  readonly chat_id?: number | undefined;
  readonly message_id?: number | undefined;
  readonly data?: string | undefined;
  readonly emoji?: string | undefined;
  readonly option_ids?: readonly number[] | undefined;
  readonly invite_link?: string | undefined;
  readonly query?: string | undefined;
  readonly offset?: string | undefined;
  readonly result_id?: string | undefined;
}

interface Doing {
  readonly bot: Bot;
  readonly act: Act;
  readonly user: User;
}

const acts: Readonly<Record<string, (doing: Doing) => unknown>> = {
  press({ bot, act, user }) {
    const message = messageOf(bot, act);
    const rows = (message.reply_markup?.['inline_keyboard'] ?? []) as Readonly<Record<string, unknown>>[][];
    if (!rows.flat().some((button) => button['callback_data'] === act.data)) {
      throw badRequest('there is no such button');
    }
    const id = bot.newId();
    const chat_instance = String(message.chat.id);
    const content = { id, from: user, message: messageJson(bot, message), chat_instance, data: act.data };
    bot.push({ type: 'callback_query', content, id: undefined });
    return id;
  },
  react({ bot, act, user }) {
    const message = messageOf(bot, act);
    const { emoji = '' } = act;
    if (emoji !== '' && !isReactionEmoji(emoji)) throw badRequest('REACTION_INVALID');
    const reactions: Reaction[] = emoji === '' ? [] : [{ type: 'emoji', emoji }];
    const old_reaction = setReactions(bot, message, { actorId: user.id, reactions });
    const { chat, message_id } = message;
    const content = { chat, message_id, user, date: bot.nowSeconds(), old_reaction, new_reaction: reactions };
    bot.push({ type: 'message_reaction', content, id: undefined });
    return true;
  },
  vote({ bot, act, user }) {
    vote(bot, messageOf(bot, act), { user, optionIds: [...(act.option_ids ?? [])] });
    return true;
  },
  pay: ({ bot, act, user }) => bot.payments.begin(bot, messageOf(bot, act), user),
  'join-request'({ bot, act, user }) {
    const chat = chatOf(bot, act);
    const link = act.invite_link === undefined ? undefined : bot.invites.find(chat.id, act.invite_link);
    if (act.invite_link !== undefined && (link === undefined || link.is_revoked)) {
      throw badRequest('INVITE_HASH_EXPIRED');
    }
    const content = { chat, from: user, user_chat_id: user.id, date: bot.nowSeconds(), invite_link: link };
    bot.push({ type: 'chat_join_request', content, id: undefined });
    return true;
  },
  join: ({ bot, act, user }) => move(bot, { chat: chatOf(bot, act), user, status: 'member' }),
  leave: ({ bot, act, user }) => move(bot, { chat: chatOf(bot, act), user, status: 'left' }),
  'inline-query'({ bot, act, user }) {
    const id = bot.newId();
    const content = { id, from: user, chat_type: 'sender', query: act.query ?? '', offset: act.offset ?? '' };
    bot.push({ type: 'inline_query', content, id: undefined });
    return id;
  },
  choose({ bot, act, user }) {
    const content = { result_id: act.result_id ?? '', from: user, query: act.query ?? '' };
    bot.push({ type: 'chosen_inline_result', content, id: undefined });
    return true;
  },
  block: ({ bot, user }) => changeOwn(bot, user, 'kicked'),
  unblock: ({ bot, user }) => changeOwn(bot, user, 'member'),
};

/** Throws what Telegram would refuse. */
export function performAct(bot: Bot, act: Act): unknown {
  const user = typeof act.user === 'number' ? knownUser(bot, act.user) : act.user;
  const perform = Object.hasOwn(acts, act.act) ? acts[act.act] : undefined;
  if (perform === undefined) throw badRequest(unknownAct(act.act));
  return perform({ bot, act, user });
}

/** Reads a request; returns one line if it is invalid. */
export function readAct(body: Readonly<Record<string, unknown>>): Act | string {
  const { act, user } = body;
  if (typeof act !== 'string' || !Object.hasOwn(acts, act)) return unknownAct(act);
  if (typeof user !== 'number' && !isUser(user)) {
    return `user: expected a user's id or a user object, got ${JSON.stringify(user)}`;
  }
  for (const name of ['chat_id', 'message_id']) {
    const value = body[name];
    if (value !== undefined && !Number.isSafeInteger(value)) return expected(name, 'an integer', value);
  }
  for (const name of ['data', 'emoji', 'invite_link', 'query', 'offset', 'result_id']) {
    const value = body[name];
    if (value !== undefined && typeof value !== 'string') return expected(name, 'a text', value);
  }
  const ids = body['option_ids'];
  if (ids !== undefined && !(Array.isArray(ids) && ids.every((id) => Number.isSafeInteger(id)))) {
    return expected('option_ids', 'an array of integers', ids);
  }
  return body as unknown as Act;
}

function expected(name: string, what: string, got: unknown): string {
  return `${name}: expected ${what}, got ${JSON.stringify(got)}`;
}

function unknownAct(got: unknown): string {
  return expected('act', `one of ${Object.keys(acts).join(', ')}`, got);
}

function knownUser(bot: Bot, id: number): User {
  const { type: _, ...known } = bot.chats.resolve(String(id));
  return { ...inventUser(id), ...known };
}

function chatOf(bot: Bot, { chat_id }: Act): Chat {
  if (chat_id === undefined) throw badRequest('chat_id is empty');
  return bot.chats.resolve(String(chat_id));
}

function messageOf(bot: Bot, act: Act): Message {
  const message = bot.messages.find(chatOf(bot, act).id, act.message_id ?? 0);
  if (message === undefined) throw badRequest('message not found');
  return message;
}

function move(bot: Bot, { chat, user, status }: { chat: Chat; user: User; status: 'member' | 'left' }): true {
  changeMember(bot, { chat, member: { user, status }, by: user });
  const service = status === 'member' ? { new_chat_members: [user] } : { left_chat_member: user };
  const message_id = bot.messages.lastId + 1;
  const content = { message_id, from: user, chat, date: bot.nowSeconds(), ...service };
  if (chat['type'] !== 'channel') bot.push({ type: 'message', content, id: undefined });
  return true;
}

function changeOwn(bot: Bot, user: User, status: 'kicked' | 'member'): true {
  const chat = bot.chats.resolve(String(user.id));
  const member = { user: bot.user, status, ...(status === 'kicked' ? { until_date: 0 } : {}) };
  changeMember(bot, { chat, member, by: user });
  return true;
}
