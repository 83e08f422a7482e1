/**
 * The people's side of Telegram: what each of them writes to the bot, and what they see of its answers.
 *
 * A conversation keeps its last 200 messages, edits and deletions included. A person's message enters the emulator as
 * Telegram would deliver it; the bot's messages come from the emulator's events.
 */

import type { Clock } from '../../core/platform/clock.ts';
import type { Locale } from '../../core/platform/locale.ts';
import { Listeners } from '../shared/listeners.ts';
import type { EmulatorEvent } from '../telegram-emulator/events.ts';
import type { StoredFile } from '../telegram-emulator/files/file-store.ts';
import type { User } from '../telegram-emulator/members.ts';
import type { SentMessage } from '../telegram-emulator/messages.ts';
import type { Act } from '../telegram-emulator/people-acts.ts';
import type { Reaction } from '../telegram-emulator/reactions.ts';
import type { RunningEmulator } from '../telegram-emulator/server.ts';
import { type ChatMessage, messageOfBot, messageOfPerson } from './chat-message.ts';
import { actOn, type PageAct } from './page-acts.ts';
import { type Person, people } from './people.ts';
import { type ChosenFile, intoAlbums, personsFile } from './phone-files.ts';

export interface Conversation {
  readonly person: Person;
  readonly messages: readonly ChatMessage[];
  /** The short notice that answers a press. */
  readonly toast: { readonly id: string; readonly text: string } | null;
}

type Wire = Readonly<Record<string, unknown>>;

type Telegram = Pick<RunningEmulator, 'pushUpdates' | 'onEvent' | 'act' | 'addFile' | 'file'>;

const messagesKept = 200;

export class Conversations {
  private readonly emulator: Telegram;
  private readonly token: string;
  private readonly clock: Clock;
  private readonly messages = new Map<number, ChatMessage[]>();
  private readonly toasts = new Map<number, { id: string; text: string }>();
  /** The message of each update, until a worker takes it. */
  private readonly waiting = new Map<number, { chatId: number; messageId: number }>();
  private readonly presses = new Map<string, number>();
  private readonly changes = new Listeners();
  private lastMessageId = 0;

  constructor(parts: { emulator: Telegram; token: string; clock: Clock }) {
    this.emulator = parts.emulator;
    this.token = parts.token;
    this.clock = parts.clock;
    this.emulator.onEvent((event) => this.onEvent(event));
  }

  all(): readonly Conversation[] {
    return people.map((person) => ({
      person,
      messages: this.messages.get(person.id) ?? [],
      toast: this.toasts.get(person.id) ?? null,
    }));
  }

  /** Returns a function that removes the listener. */
  onChange(listener: () => void): () => void {
    return this.changes.add(listener);
  }

  /** Returns the message's id. */
  say(person: Person, text: string, locale: Locale): number {
    return this.send(person, { text, ...commandEntities(text) }, locale);
  }

  /** Returns the messages' ids. Throws `BotApiRefusal` for a file that Telegram refuses; then nothing is sent. */
  sendFiles(person: Person, files: readonly ChosenFile[], caption: string, locale: Locale): number[] {
    const chosen = files.map((file) => personsFile(file));
    const contents = intoAlbums(chosen).flatMap((album, index) => {
      const group = album.length > 1 ? { media_group_id: `14${this.lastMessageId}0${index}` } : {};
      return album.map((file) => ({ ...this.emulator.addFile(this.token, file), ...group }));
    });
    return contents.map((content, index) => {
      const withCaption = index === 0 && caption !== '' ? { ...content, caption } : content;
      return this.send(person, withCaption, locale);
    });
  }

  /** Sends a message with these fields of Telegram's Message; returns its id. */
  send(person: Person, content: Wire, locale: Locale): number {
    this.lastMessageId += 1;
    const messageId = this.lastMessageId;
    const [from, date] = [user(person, locale), Math.floor(this.clock.wallMs() / 1000)];
    this.put(person.id, messageOfPerson(messageId, content, this.clock.wallMs()));
    const message = { message_id: messageId, from, chat: chat(person), date, ...content };
    const [updateId] = this.emulator.pushUpdates(this.token, [{ message }]);
    if (typeof updateId === 'number') this.waiting.set(updateId, { chatId: person.id, messageId });
    this.changes.notify();
    return messageId;
  }

  /** A file of any message. */
  file(fileId: string): StoredFile | undefined {
    return this.emulator.file(this.token, fileId);
  }

  /** Returns false if there is no such button. */
  press(person: Person, messageId: number, data: string, locale: Locale): boolean {
    const act = { act: 'press', chat_id: person.id, message_id: messageId, data };
    const queryId = this.tryAct(person, act, locale);
    if (queryId !== undefined) this.presses.set(String(queryId), person.id);
    return queryId !== undefined;
  }

  /** Somebody votes, reacts or pays; false if Telegram would refuse it. */
  act(person: Person, messageId: number, wanted: PageAct, locale: Locale): boolean {
    const message = this.messages.get(person.id)?.find(({ id }) => id === messageId);
    const act = message && actOn(message, wanted);
    if (act === undefined) return false;
    return this.tryAct(person, { ...act, chat_id: person.id, message_id: messageId }, locale) !== undefined;
  }

  /** Another program received this update, which no worker has taken yet. */
  stolen(updateId: number): void {
    const { chatId, messageId } = this.waiting.get(updateId) ?? {};
    const message = this.find(chatId ?? 0, messageId ?? 0);
    if (chatId === undefined || message === undefined) return;
    this.put(chatId, { ...message, stolen: true });
    this.changes.notify();
  }

  /** What came of it; undefined if Telegram would refuse it. */
  private tryAct(person: Person, act: Omit<Act, 'user'>, locale: Locale): unknown {
    try {
      return this.emulator.act(this.token, { ...act, user: user(person, locale) });
    } catch {
      return undefined;
    }
  }

  private onEvent({ type, details }: EmulatorEvent): void {
    if (type === 'message-sent' || type === 'message-edited') {
      if (!isPersons((details['message'] as SentMessage).chat_id)) return;
      this.onBotMessage(details['message'] as SentMessage, type === 'message-edited');
    } else if (type === 'message-deleted') this.remove(details);
    else if (type === 'message-reacted') this.onReactions(details);
    else if (type === 'callback-answered') this.onAnsweredPress(details);
    // Most updates of a busy lab come from virtual visitors: do not notify listeners of those.
    else if (this.waiting.size === 0) return;
    else if (type === 'updates-confirmed') this.settle({ upTo: Number(details['lastId']) });
    else if (type === 'updates-dropped') this.settle({ dropped: true });
    else return;
    this.changes.notify();
  }

  private onBotMessage(message: SentMessage, edited: boolean): void {
    this.lastMessageId = Math.max(this.lastMessageId, message.message_id);
    const atMs = edited ? this.timeOf(message) : this.clock.wallMs();
    const reactions = this.find(message.chat_id, message.message_id)?.reactions ?? [];
    this.put(message.chat_id, messageOfBot(message, { atMs, reactions }));
  }

  private timeOf({ chat_id, message_id, date }: SentMessage): number {
    return this.find(chat_id, message_id)?.atMs ?? date * 1000;
  }

  private onReactions(details: Wire): void {
    const message = this.find(Number(details['chatId']), Number(details['messageId']));
    const reactions = (details['reactions'] as readonly Reaction[]).map((one) =>
      one.type === 'emoji' ? one.emoji : '⭐',
    );
    if (message !== undefined) this.put(Number(details['chatId']), { ...message, reactions });
  }

  private find(chatId: number, messageId: number): ChatMessage | undefined {
    return this.messages.get(chatId)?.find(({ id }) => id === messageId);
  }

  private onAnsweredPress(details: Wire): void {
    const queryId = String(details['queryId']);
    const chatId = this.presses.get(queryId);
    this.presses.delete(queryId);
    const text = String(details['text'] ?? '');
    if (chatId !== undefined && text !== '') this.toasts.set(chatId, { id: queryId, text });
  }

  /** Marks messages as no longer waiting. */
  private settle({ upTo = Number.POSITIVE_INFINITY, dropped = false }): void {
    for (const [updateId, { chatId, messageId }] of this.waiting) {
      if (updateId > upTo) continue;
      this.waiting.delete(updateId);
      const message = this.messages.get(chatId)?.find(({ id }) => id === messageId);
      if (message !== undefined) this.put(chatId, { ...message, waiting: false, dropped });
    }
  }

  private remove(details: Wire): void {
    const chatId = Number(details['chatId']);
    const left = (this.messages.get(chatId) ?? []).filter(({ id }) => id !== details['messageId']);
    this.messages.set(chatId, left);
  }

  private put(chatId: number, message: ChatMessage): void {
    const messages = [...(this.messages.get(chatId) ?? [])];
    const at = messages.findIndex(({ id }) => id === message.id);
    if (at === -1) messages.push(message);
    else messages[at] = message;
    this.messages.set(chatId, messages.slice(-messagesKept));
  }
}

function isPersons(chatId: number): boolean {
  return people.some(({ id }) => id === chatId);
}

function user({ id, name }: Person, locale: Locale): User {
  return { id, is_bot: false, first_name: name, username: name.toLowerCase(), language_code: locale };
}

function chat({ id, name }: Person): Wire {
  return { id, type: 'private', first_name: name, username: name.toLowerCase() };
}

function commandEntities(text: string): Wire {
  const command = /^\/[a-z0-9_]+(?:@\w+)?/i.exec(text)?.[0];
  return command === undefined
    ? {}
    : { entities: [{ type: 'bot_command', offset: 0, length: command.length }] };
}
