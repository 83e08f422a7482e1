/**
 * A change of a chat's member, told to the bot as Telegram tells it: `my_chat_member` about the bot itself, else
 * `chat_member`.
 *
 * Tested by: test/lab/telegram-emulator/methods/members.test.ts
 */
import type { Bot } from './bot.ts';
import type { Chat } from './chats.ts';
import type { Member, User } from './members.ts';

export interface MemberChange {
  readonly chat: Chat;
  readonly member: Member;
  /** Who changed it: the bot, or somebody else. */
  readonly by: User;
  /** More fields of the update. */
  readonly more?: Readonly<Record<string, unknown>>;
}

export function changeMember(bot: Bot, { chat, member, by, more }: MemberChange): void {
  const content = {
    chat,
    from: by,
    date: bot.nowSeconds(),
    old_chat_member: bot.members.get(chat, member.user.id),
    new_chat_member: member,
    ...more,
  };
  // Learning from the update makes the change.
  bot.push({ type: member.user.id === bot.id ? 'my_chat_member' : 'chat_member', content, id: undefined });
}

export function isInChat({ status, is_member }: Member): boolean {
  return (
    ['creator', 'administrator', 'member'].includes(status) || (status === 'restricted' && is_member === true)
  );
}
