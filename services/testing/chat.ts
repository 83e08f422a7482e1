/**
 * One person in one chat with the bot: what they write and press, and what they see.
 *
 * Each act waits until the bot has handled it to the end, so whatever the handler sent is there when it resolves. A
 * handler's error is the act's own.
 *
 * Tested by: test/testing/test-bot.test.ts
 */

import type { PersonsFile } from '../lab/telegram-emulator/files/new-file.ts';
import { type BotMessage, inlineRows, keyboardRows } from './bot-message.ts';
import type { Messages } from './messages.ts';
import { chatJson, entitiesOf, type Person, type Place, userJson } from './people.ts';

/** What the bot did in this chat until the handler had ended. */
export interface Reaction {
  /** Of the last message or edit; undefined if there was none. */
  readonly text: string | undefined;
  /** New messages and edits, in order. */
  readonly messages: readonly BotMessage[];
  /** The notice of a pressed button; undefined if the press was not answered, or without a text. */
  readonly notice: string | undefined;
}

/** What a chat needs of the bot. */
export interface Bot {
  readonly messages: Messages;
  /** The time of a message. */
  nowSeconds(): number;
  token(): string;
  /** Keeps a person's file; returns the fields of a message with it. */
  addFile(file: PersonsFile): Wire;
  /** Resolves when it has been handled. `what` names the act in an error. */
  push(update: Wire, what: string): Promise<void>;
  /** Resolves with the next message; throws when none comes. */
  next(place: Place): Promise<BotMessage>;
}

type Wire = Readonly<Record<string, unknown>>;

export interface SentFile extends Omit<PersonsFile, 'bytes'> {
  readonly bytes: Uint8Array;
}

const oldMessageId = 1;
const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgAAAAAgAB4iG8MwAAAABJRU5ErkJggg==',
  'base64',
);

export class Chat {
  readonly person: Person;
  private readonly place: Place;
  private readonly bot: Bot;

  constructor(bot: Bot, person: Person, place: Place) {
    this.bot = bot;
    this.person = person;
    this.place = place;
  }

  get id(): number {
    return this.place.id;
  }

  /** The same person, in a group. */
  in(group: Place): Chat {
    return new Chat(this.bot, this.person, group);
  }

  /** Writes a text. */
  say(text: string): Promise<Reaction> {
    return this.send({ text, ...entitiesOf(text) }, `say ${JSON.stringify(text)}`);
  }

  /** Sends a photo, of one pixel unless `bytes` are given. */
  sendPhoto({ bytes = onePixel, caption }: { bytes?: Uint8Array; caption?: string } = {}): Promise<Reaction> {
    return this.sendFile({ kind: 'photo', bytes }, caption);
  }

  /** Sends a file of any kind: `{ kind: 'document', bytes, name: 'hours.csv' }`; the bot can download it. */
  async sendFile({ bytes, ...file }: SentFile, caption?: string): Promise<Reaction> {
    const what = `send a ${file.kind}`;
    const { entities: caption_entities } = entitiesOf(caption ?? '');
    return this.send(
      { ...this.added({ ...file, bytes: Buffer.from(bytes) }, what), caption, caption_entities },
      what,
    );
  }

  /** Sends a message of any kind: its fields as the Bot API has them, such as `{ contact }` or `{ location }`. */
  send(fields: Wire, what = `send ${Object.keys(fields).join(', ')}`): Promise<Reaction> {
    const { messages } = this.bot;
    messages.lastId += 1;
    const message = {
      message_id: messages.lastId,
      from: userJson(this.person),
      chat: chatJson(this.place),
      date: this.bot.nowSeconds(),
      ...fields,
    };
    return this.react({ message }, what);
  }

  /**
   * Presses the button with this label under the newest message that has one, or on the keyboard. `{ data }` presses a
   * button of an old message, which stands there no more.
   */
  async press(button: string | { readonly data: string }): Promise<Reaction> {
    if (typeof button !== 'string') {
      return this.query({ message_id: oldMessageId, date: 1, text: '' }, button.data, `press ${button.data}`);
    }
    const what = `press ${JSON.stringify(button)}`;
    const standing = this.sent().toReversed();
    for (const message of standing) {
      const inline = inlineRows(message.fields).flat();
      const found = inline.find(({ text }) => text === button);
      if (found?.data !== undefined) return this.query(shownMessage(message), found.data, what);
      if (found?.url !== undefined)
        throw new Error(`${what}: it opens ${found.url}, and the bot hears nothing of that`);
      const keys = keyboardRows(message.fields).flat();
      if (keys.some(({ text }) => text === button)) return this.say(button);
    }
    const labels = standing.flatMap(({ buttons }) => buttons.flat());
    const got =
      labels.length === 0 ? 'no button at all' : labels.map((one) => JSON.stringify(one)).join(', ');
    throw new Error(`${what}: expected such a button in the chat ${nameOf(this.place)}, got ${got}`);
  }

  /** The next message or edit that no reaction has brought: what a schedule sends, or code that nobody awaited. */
  next(): Promise<BotMessage> {
    return this.bot.next(this.place);
  }

  /** The bot's messages in this chat, as they read now. */
  sent(): readonly BotMessage[] {
    return this.bot.messages.standing(this.id);
  }

  private added(file: PersonsFile, what: string): Wire {
    try {
      return this.bot.addFile(file);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const got = `${file.bytes.length} bytes, which it refuses (${reason})`;
      throw new Error(`${what}: expected a file that Telegram takes, got ${got}`, { cause: error });
    }
  }

  private query(message: Wire, data: string, what: string): Promise<Reaction> {
    const pressed = { ...message, chat: chatJson(this.place) };
    const query = {
      id: this.bot.token(),
      from: userJson(this.person),
      message: pressed,
      chat_instance: '1',
      data,
    };
    return this.react({ callback_query: query }, what, query.id);
  }

  private async react(update: Wire, what: string, queryId?: string): Promise<Reaction> {
    const { messages } = this.bot;
    const before = messages.newest;
    await this.bot.push(update, what);
    const came = messages.seeAfter(this.id, before);
    const notice = queryId === undefined ? undefined : messages.notice(queryId);
    return { text: came.at(-1)?.text, messages: came, notice: notice || undefined };
  }
}

/** As it comes with a press. */
function shownMessage({ fields }: BotMessage): Wire {
  const { chat_id: _, reply_to_message_id: __, ...shown } = fields;
  return shown;
}

/** For an error. */
export function nameOf(place: Place): string {
  return 'title' in place ? `"${place.title}"` : `with ${place.name}`;
}
