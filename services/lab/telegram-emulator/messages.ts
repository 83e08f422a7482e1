/**
 * The messages of a bot's chats: the last 10,000 that it sent, and the last 10,000 that updates brought in.
 *
 * One counter gives all message ids of a bot, as in the private chats of a real account, so ids grow in every chat. It
 * stays above the ids that updates bring in.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { type Chat, isChat } from './chats.ts';
import type { Reaction } from './reactions.ts';

/** What the kind of a message adds to it, as fields of the Bot API's Message: text and entities, photo and caption, … */
export type MessageContent = Readonly<Record<string, unknown>>;
export type ReplyMarkup = Readonly<Record<string, unknown>>;

/** What an invoice holds besides what its message shows. */
export interface InvoiceTerms {
  readonly payload: string;
  readonly isFlexible: boolean;
}

export interface NewMessage {
  readonly chat: Chat;
  readonly from: Readonly<Record<string, unknown>>;
  readonly date: number;
  readonly content: MessageContent;
  readonly reply_markup: ReplyMarkup | undefined;
  readonly reply_to_message_id: number | undefined;
  /** What the reply adds to the message: a quote, the message of another chat. */
  readonly replyFields?: Readonly<Record<string, unknown>> | undefined;
  readonly invoice?: InvoiceTerms | undefined;
}

export interface Message extends Omit<NewMessage, 'content' | 'reply_markup'> {
  readonly message_id: number;
  /** Whether the bot sent it: only those can be edited. */
  readonly sent: boolean;
  content: MessageContent;
  reply_markup: ReplyMarkup | undefined;
  edit_date?: number;
  deleted?: boolean;
  /** By who set them. */
  reactions?: ReadonlyMap<number, readonly Reaction[]>;
  /** The chosen options of a poll, by who chose them. */
  votes?: ReadonlyMap<number, readonly number[]>;
  invoice?: InvoiceTerms | undefined;
}

/** A message that the bot sent, as the state and the events show it: with the fields of its content. */
export interface SentMessage {
  readonly message_id: number;
  readonly chat_id: number;
  readonly date: number;
  readonly text?: string;
  readonly reply_markup?: ReplyMarkup | undefined;
  readonly reply_to_message_id?: number | undefined;
  readonly edit_date?: number | undefined;
  readonly deleted?: boolean | undefined;
  readonly [field: string]: unknown;
}

const messagesKept = 10_000;

export class Messages {
  sentCount = 0;
  #lastId = 0;
  #mediaGroups = 0;
  readonly #sent = new Map<string, Message>();
  readonly #received = new Map<string, Message>();

  get lastId(): number {
    return this.#lastId;
  }

  /** Binds the messages of one album. */
  newMediaGroupId(): string {
    this.#mediaGroups += 1;
    return `13${String(this.#mediaGroups).padStart(15, '0')}`;
  }

  send(message: NewMessage): Message {
    this.#lastId += 1;
    this.sentCount += 1;
    return keep(this.#sent, { ...message, message_id: this.#lastId, sent: true });
  }

  /** Keeps a message that an update brought in; new ids stay above its id. `sent`: it is one of the bot's own. */
  receive(update: Readonly<Record<string, unknown>>, { sent = false } = {}): void {
    const { message_id, chat, from, date, reply_markup, reply_to_message: _, ...content } = update;
    if (typeof message_id !== 'number' || !Number.isSafeInteger(message_id) || message_id >= 2 ** 31) return;
    this.#lastId = Math.max(this.#lastId, message_id);
    if (!isChat(chat) || this.#sent.has(key(chat.id, message_id))) return;
    keep(this.#received, {
      message_id,
      sent,
      chat,
      from: from as Message['from'],
      date: Number(date),
      content,
      reply_markup: sent ? (reply_markup as ReplyMarkup | undefined) : undefined,
      reply_to_message_id: undefined,
    });
  }

  /** A message that was sent or received, unless it is deleted. */
  find(chatId: number, messageId: number): Message | undefined {
    const id = key(chatId, messageId);
    const message = this.#sent.get(id) ?? this.#received.get(id);
    return message?.deleted === true ? undefined : message;
  }

  /** The newest `count` that the bot sent, oldest first; deleted ones are marked. */
  lastSent(count = messagesKept): Message[] {
    return [...this.#sent.values()].slice(-Math.max(0, count) || this.#sent.size);
  }
}

function keep(kept: Map<string, Message>, message: Message): Message {
  const id = key(message.chat.id, message.message_id);
  kept.delete(id);
  kept.set(id, message);
  const [oldest] = kept.keys();
  if (kept.size > messagesKept && oldest !== undefined) kept.delete(oldest);
  return message;
}

function key(chatId: number, messageId: number): string {
  return `${chatId}/${messageId}`;
}
