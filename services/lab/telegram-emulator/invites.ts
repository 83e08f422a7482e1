/**
 * The invite links of a bot's chats, and who asks to come in.
 *
 * The last 10,000 links and requests are kept.
 *
 * Tested by: test/lab/telegram-emulator/methods/invites.test.ts
 */
import type { Random } from '../../core/platform/random.ts';
import { isObject } from './arguments.ts';
import { isChat } from './chats.ts';
import { isUser, type User } from './members.ts';

/** As the Bot API's ChatInviteLink. */
export interface InviteLink extends Readonly<Record<string, unknown>> {
  readonly invite_link: string;
  readonly is_revoked: boolean;
}

interface JoinRequest {
  readonly user: User;
  readonly invite_link: InviteLink | undefined;
}

const kept = 10_000;
const codeLength = 12;

export class Invites {
  readonly #random: Random;
  readonly #links = new Map<string, { readonly chatId: number; link: InviteLink }>();
  #created = 0;
  readonly #requests = new Map<string, JoinRequest>();

  constructor(random: Random) {
    this.#random = random;
  }

  create(chatId: number, fields: Readonly<Record<string, unknown>>): InviteLink {
    this.#created += 1;
    const code = `${this.#random.token().slice(0, codeLength)}${String(this.#created).padStart(4, '0')}`;
    const invite_link = `https://t.me/+${code}`;
    return this.save(chatId, { ...fields, invite_link, is_revoked: false });
  }

  /** Keeps a new or a changed link. */
  save(chatId: number, link: InviteLink): InviteLink {
    put(this.#links, link.invite_link, { chatId, link });
    return link;
  }

  find(chatId: number, link: string): InviteLink | undefined {
    const known = this.#links.get(link);
    return known?.chatId === chatId ? known.link : undefined;
  }

  /** Keeps the request that an update tells of. */
  learn({ chat, from, invite_link: link }: Readonly<Record<string, unknown>>): void {
    if (!isChat(chat) || !isUser(from)) return;
    const text = isObject(link) ? String(link['invite_link']) : '';
    put(this.#requests, key(chat.id, from.id), { user: from, invite_link: this.find(chat.id, text) });
  }

  /** Ends a request; undefined if there is none. */
  takeRequest(chatId: number, userId: number): JoinRequest | undefined {
    const request = this.#requests.get(key(chatId, userId));
    this.#requests.delete(key(chatId, userId));
    return request;
  }
}

function put<T>(map: Map<string, T>, name: string, value: T): void {
  map.delete(name);
  map.set(name, value);
  const [oldest] = map.keys();
  if (map.size > kept && oldest !== undefined) map.delete(oldest);
}

function key(chatId: number, userId: number): string {
  return `${chatId}/${userId}`;
}
