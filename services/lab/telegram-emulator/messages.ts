/**
 * The messages a bot has sent: the last 10,000 can be edited, deleted and read.
 *
 * One counter gives all message ids of a bot, as in the private chats of a real account, so ids grow in every chat. It
 * stays above the ids that updates bring in.
 *
 * Tested by: test/lab/telegram-emulator/methods.test.ts
 */
import type { Chat } from './chats.ts';

export interface SentMessage {
  readonly message_id: number;
  readonly chat_id: number;
  readonly chat: Chat;
  readonly date: number;
  text: string;
  entities: readonly unknown[] | undefined;
  reply_markup: Readonly<Record<string, unknown>> | undefined;
  readonly reply_to_message_id: number | undefined;
  edit_date?: number;
  deleted?: boolean;
}

export type MessageContent = Pick<SentMessage, 'text' | 'entities' | 'reply_markup'>;

const messagesKept = 10_000;

export class Messages {
  sentCount = 0;
  #lastId = 0;
  readonly #kept = new Map<string, SentMessage>();

  get lastId(): number {
    return this.#lastId;
  }

  /** Keeps new ids above one that an update brought in. */
  noteId(messageId: number): void {
    if (Number.isSafeInteger(messageId) && messageId < 2 ** 31)
      this.#lastId = Math.max(this.#lastId, messageId);
  }

  send(message: MessageContent & { chat: Chat; date: number; replyToId: number | undefined }): SentMessage {
    this.#lastId += 1;
    this.sentCount += 1;
    const { chat, date, text, entities, reply_markup, replyToId: reply_to_message_id } = message;
    const sent: SentMessage = {
      message_id: this.#lastId,
      chat_id: chat.id,
      chat,
      date,
      text,
      entities,
      reply_markup,
      reply_to_message_id,
    };
    this.#kept.set(key(chat.id, sent.message_id), sent);
    if (this.#kept.size > messagesKept) this.#forgetOldest();
    return sent;
  }

  find(chatId: number, messageId: number): SentMessage | undefined {
    const message = this.#kept.get(key(chatId, messageId));
    return message?.deleted === true ? undefined : message;
  }

  /** The newest `count`, oldest first; deleted ones are marked. */
  last(count = messagesKept): SentMessage[] {
    return [...this.#kept.values()].slice(-Math.max(0, count) || this.#kept.size);
  }

  #forgetOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.#kept.delete(oldest);
  }
}

function key(chatId: number, messageId: number): string {
  return `${chatId}/${messageId}`;
}
