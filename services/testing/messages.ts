/**
 * What the bot has sent to each chat, in order, edits included, and who waits for the next.
 *
 * Each chat has a mark: what lies before it has been seen by the test. `next` moves it by one, a reaction to its end.
 *
 * Tested by: test/testing/test-bot.test.ts
 */
import type { Clock } from '../core/platform/clock.ts';
import type { EmulatorEvent } from '../lab/telegram-emulator/events.ts';
import type { SentMessage } from '../lab/telegram-emulator/messages.ts';
import { type BotMessage, botMessage } from './bot-message.ts';

interface Entry {
  /** Counts all messages and edits of all chats. */
  readonly number: number;
  readonly message: BotMessage;
}

interface Log {
  entries: readonly Entry[];
  /** The number of the newest entry that was seen. */
  seen: number;
}

export class Messages {
  /** The highest id of any message: a person's next one is above it. */
  lastId = 0;
  /** The number of the newest message or edit, in whatever chat. */
  newest = 0;
  private readonly clock: Clock;
  private readonly logs = new Map<number, Log>();
  private readonly notices = new Map<string, string>();
  /** Ends the present waits, which look again. */
  private arrival = new AbortController();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Takes every event of the emulator. */
  note({ type, details }: EmulatorEvent): void {
    if (type === 'message-sent' || type === 'message-edited') {
      this.add(details['message'] as SentMessage, { isEdit: type === 'message-edited' });
    } else if (type === 'message-deleted') {
      const log = this.log(Number(details['chatId']));
      log.entries = log.entries.filter(({ message }) => message.id !== details['messageId']);
    } else if (type === 'callback-answered') {
      this.notices.set(String(details['queryId']), String(details['text'] ?? ''));
    }
  }

  /** Everything that stands in the chat, as it reads now, oldest first. */
  standing(chatId: number): readonly BotMessage[] {
    return [...new Map(this.log(chatId).entries.map(({ message }) => [message.id, message])).values()];
  }

  /** What came after the entry of that number; the test has seen it now. */
  seeAfter(chatId: number, number: number): readonly BotMessage[] {
    const log = this.log(chatId);
    log.seen = this.newest;
    return log.entries.filter((entry) => entry.number > number).map(({ message }) => message);
  }

  /** The text that answered a press: empty for an answer without one, undefined if there was no answer. */
  notice(queryId: string): string | undefined {
    return this.notices.get(queryId);
  }

  /** The oldest entry that was not seen, as soon as there is one; undefined after `withinMs`, or when `end` aborts. */
  async next(chatId: number, withinMs: number, end: AbortSignal): Promise<BotMessage | undefined> {
    const log = this.log(chatId);
    const endMs = this.clock.monotonicMs() + withinMs;
    for (;;) {
      const entry = log.entries.find(({ number }) => number > log.seen);
      if (entry !== undefined) {
        log.seen = entry.number;
        return entry.message;
      }
      const leftMs = endMs - this.clock.monotonicMs();
      if (leftMs <= 0 || end.aborted) return undefined;
      await this.clock.sleep(leftMs, AbortSignal.any([this.arrival.signal, end]));
    }
  }

  private add(fields: SentMessage, kind: { isEdit: boolean }): void {
    this.lastId = Math.max(this.lastId, fields.message_id);
    this.newest += 1;
    const log = this.log(fields.chat_id);
    log.entries = [...log.entries, { number: this.newest, message: botMessage(fields, kind) }];
    this.arrival.abort();
    this.arrival = new AbortController();
  }

  private log(chatId: number): Log {
    const known = this.logs.get(chatId);
    if (known !== undefined) return known;
    const log: Log = { entries: [], seen: 0 };
    this.logs.set(chatId, log);
    return log;
  }
}
