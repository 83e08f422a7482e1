/**
 * Whether the bot may act in a chat: the refusals of one that it left, was thrown out of, or does not administer.
 *
 * Source: telegram-bot-api's `check_chat_access`.
 *
 * Tested by: test/lab/telegram-emulator/methods/members.test.ts
 */
import type { Arguments } from './arguments.ts';
import type { Bot } from './bot.ts';
import type { Chat } from './chats.ts';
import { BotApiRefusal, badRequest } from './errors.ts';
import type { AdministratorRight } from './members.ts';

/** The chat of `chat_id`, if the bot can write there. */
export function reachableChat(bot: Bot, args: Arguments): Chat {
  const chat = bot.chats.resolve(args.text('chat_id'));
  const { status, is_member: isRestrictedMember } = bot.members.get(chat, bot.id);
  if (status === 'kicked') {
    if (chat['type'] === 'private') throw forbidden('bot was blocked by the user');
    throw forbidden(`bot was kicked from the ${chat['type']} chat`);
  }
  if (status === 'left' || (status === 'restricted' && isRestrictedMember !== true)) {
    throw forbidden(`bot is not a member of the ${chat['type']} chat`);
  }
  return chat;
}

/** Refuses with the reason if the bot does not administer the chat with this right. */
export function mustHaveRight(bot: Bot, chat: Chat, right: AdministratorRight, reason: string): void {
  const member = bot.members.get(chat, bot.id);
  const has = member.status === 'creator' || (member.status === 'administrator' && member[right] === true);
  if (!has) throw badRequest(reason);
}

export function readUserId(args: Arguments, name = 'user_id'): number {
  const id = Number(/^\d+/.exec(args.text(name))?.[0] ?? 0);
  if (id === 0) throw badRequest(`invalid ${name} specified`);
  return id;
}

function forbidden(reason: string): BotApiRefusal {
  return new BotApiRefusal(403, `Forbidden: ${reason}`);
}
