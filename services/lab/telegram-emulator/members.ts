/**
 * Who is in which chat, and in what position: as updates tell it and as the bot's own acts change it.
 *
 * A bot administers each group that it knows, with every right, until an update says otherwise; somebody who writes in a
 * group is a member of it. The last 10,000 chats are kept, and the last 1,000 people of each.
 *
 * Tested by: test/lab/telegram-emulator/methods/members.test.ts
 */
import { isObject } from './arguments.ts';
import { type Chat, isChat } from './chats.ts';

export type User = Readonly<Record<string, unknown>> & { readonly id: number };
export type MemberStatus = 'creator' | 'administrator' | 'member' | 'restricted' | 'left' | 'kicked';

/** As the Bot API's ChatMember. */
export interface Member extends Readonly<Record<string, unknown>> {
  readonly user: User;
  readonly status: MemberStatus;
}

const chatsKept = 10_000;
const peopleKept = 1000;
const statuses: readonly string[] = ['creator', 'administrator', 'member', 'restricted', 'left', 'kicked'];

/** In the order of the Bot API. Some are only for one kind of chat. */
export const administratorRights = [
  ...['can_manage_chat', 'can_change_info', 'can_post_messages', 'can_edit_messages', 'can_delete_messages'],
  ...['can_invite_users', 'can_restrict_members', 'can_pin_messages', 'can_manage_topics'],
  ...['can_promote_members', 'can_manage_video_chats', 'can_post_stories', 'can_edit_stories'],
  ...['can_delete_stories', 'can_manage_direct_messages', 'can_manage_tags', 'can_send_welcome_messages'],
  'is_anonymous',
] as const;
export type AdministratorRight = (typeof administratorRights)[number];

export function isUser(value: unknown): value is User {
  return isObject(value) && typeof value['id'] === 'number';
}

export function inventUser(id: number): User {
  return { id, is_bot: false, first_name: `User ${id}` };
}

export class Members {
  readonly #bot: User;
  readonly #byChat = new Map<number, Map<number, Member>>();

  constructor(bot: User) {
    this.#bot = bot;
  }

  get(chat: Chat, userId: number): Member {
    const known = this.#byChat.get(chat.id)?.get(userId);
    if (known !== undefined) return known;
    if (userId === this.#bot.id)
      return chat['type'] === 'private' ? this.#plainBot() : this.#administratingBot();
    const user = userId === chat.id ? { ...inventUser(userId), ...withoutType(chat) } : inventUser(userId);
    return { user, status: userId === chat.id ? 'member' : 'left' };
  }

  /** The bot first, then in the order in which they came. */
  all(chat: Chat): Member[] {
    const known = [...(this.#byChat.get(chat.id)?.values() ?? [])];
    return [this.get(chat, this.#bot.id), ...known.filter(({ user }) => user.id !== this.#bot.id)];
  }

  set(chatId: number, member: Member): void {
    const people = this.#byChat.get(chatId) ?? new Map<number, Member>();
    this.#byChat.delete(chatId);
    this.#byChat.set(chatId, people);
    people.set(member.user.id, member);
    forgetOldest(people, peopleKept);
    forgetOldest(this.#byChat, chatsKept);
  }

  /** Learns what a `chat_member` or `my_chat_member` update changed. */
  learnChange({ chat, new_chat_member: changed }: Readonly<Record<string, unknown>>): void {
    if (isChat(chat) && isMember(changed)) this.set(chat.id, changed);
  }

  /** Learns from a message who is in its chat. */
  learnMessage(content: Readonly<Record<string, unknown>>): void {
    const { chat, from } = content;
    if (!isChat(chat) || chat['type'] === 'private') return;
    const came = Array.isArray(content['new_chat_members']) ? content['new_chat_members'] : [];
    for (const user of [from, ...came]) this.#join(chat, user);
    if (isUser(content['left_chat_member'])) {
      this.set(chat.id, { user: content['left_chat_member'], status: 'left' });
    }
  }

  #join(chat: Chat, user: unknown): void {
    if (!isUser(user) || user.id === this.#bot.id) return;
    const known = this.#byChat.get(chat.id)?.get(user.id);
    const isIn = known !== undefined && known.status !== 'left' && known.status !== 'kicked';
    this.set(chat.id, { ...(isIn ? known : { status: 'member' }), user });
  }

  #plainBot(): Member {
    return { user: this.#bot, status: 'member' };
  }

  #administratingBot(): Member {
    const rights = administratorRights.map((name) => [name, name !== 'is_anonymous']);
    return {
      user: this.#bot,
      status: 'administrator',
      can_be_edited: false,
      ...Object.fromEntries(rights),
    };
  }
}

function isMember(value: unknown): value is Member {
  return isObject(value) && isUser(value['user']) && statuses.includes(String(value['status']));
}

function withoutType({ type: _, ...rest }: Chat): User {
  return rest;
}

function forgetOldest<K, V>(kept: Map<K, V>, max: number): void {
  const [oldest] = kept.keys();
  if (kept.size > max && oldest !== undefined) kept.delete(oldest);
}
