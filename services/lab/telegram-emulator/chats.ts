/**
 * The chats a bot can write to.
 *
 * Every numeric id is an existing chat; a user name is one only after an update has shown it. Names and types from updates
 * are kept for the last 10,000 chats and returned in messages and by getChat.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { isObject } from './arguments.ts';
import { badRequest } from './errors.ts';

export type Chat = Readonly<Record<string, unknown>> & { readonly id: number };

/** What the bot has set about a chat, beside what messages show of it. */
interface ChatSettings {
  description: string;
  permissions: Readonly<Record<string, boolean>> | undefined;
  /** Oldest first. */
  pinnedIds: readonly number[];
  primaryLink: string;
}

const chatsKept = 10_000;

export function isChat(value: unknown): value is Chat {
  return isObject(value) && typeof value['id'] === 'number';
}

export class Chats {
  readonly #byId = new Map<number, Chat>();
  readonly #idByName = new Map<string, number>();
  readonly #settings = new Map<number, ChatSettings>();

  /** Records every chat in a message-like part of an update. */
  learn(part: unknown): void {
    if (!isObject(part)) return;
    this.#learnChat(part['chat']);
    const message = part['message'];
    if (isObject(message)) this.#learnChat(message['chat']);
  }

  /** The chat that a `chat_id` argument names; throws the real server's refusals. */
  resolve(text: string): Chat {
    if (text === '') throw badRequest('chat_id is empty');
    const id = text.startsWith('@') ? this.#idByName.get(text.slice(1).toLowerCase()) : numericId(text);
    if (id === undefined) throw badRequest('chat not found');
    return this.#byId.get(id) ?? inventChat(id);
  }

  /** Changes what messages show of a chat from now on. */
  change(chatId: number, fields: Readonly<Record<string, unknown>>): void {
    this.#learnChat({ ...this.resolve(String(chatId)), ...fields });
  }

  /** What the bot has set there, to read and to change. */
  settings(chatId: number): ChatSettings {
    const known = this.#settings.get(chatId);
    if (known !== undefined) return known;
    const settings = { description: '', permissions: undefined, pinnedIds: [], primaryLink: '' };
    this.#settings.set(chatId, settings);
    const [oldest] = this.#settings.keys();
    if (this.#settings.size > chatsKept && oldest !== undefined) this.#settings.delete(oldest);
    return settings;
  }

  #learnChat(chat: unknown): void {
    if (!isChat(chat)) return;
    this.#byId.delete(chat.id);
    this.#byId.set(chat.id, chat);
    const name = chat['username'];
    if (typeof name === 'string') this.#idByName.set(name.toLowerCase(), chat.id);
    if (this.#byId.size > chatsKept) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#byId.values();
    if (oldest === undefined) return;
    this.#byId.delete(oldest.id);
    const name = oldest['username'];
    if (typeof name === 'string') this.#idByName.delete(name.toLowerCase());
  }
}

function numericId(text: string): number | undefined {
  const id = Number(/^-?\d+/.exec(text)?.[0] ?? '0');
  return Number.isSafeInteger(id) && id !== 0 ? id : undefined;
}

function inventChat(id: number): Chat {
  if (id > 0) return { id, type: 'private', first_name: `User ${id}` };
  const type = id <= -1_000_000_000_000 ? 'supergroup' : 'group';
  return { id, title: `Chat ${id}`, type };
}
