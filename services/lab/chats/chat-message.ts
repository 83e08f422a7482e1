/**
 * A message as a chat shows it, whoever wrote it.
 *
 * Tested by: test/lab/chats/conversations.test.ts
 */
import type { SentMessage } from '../telegram-emulator/messages.ts';
import { type ShownContent, shownContent } from './shown-content.ts';

export interface ChatButton {
  readonly text: string;
  /** Sent to the bot on a press; absent for a link. */
  readonly data?: string;
  readonly url?: string;
  readonly pays?: true;
}

export interface ChatMessage extends ShownContent {
  readonly id: number;
  readonly from: 'person' | 'bot';
  readonly atMs: number;
  /** Rows of the keyboard under the message. */
  readonly buttons: readonly (readonly ChatButton[])[];
  readonly edited: boolean;
  /** Of the person and of the bot. */
  readonly reactions?: readonly string[];
  /** A person's message that no worker has taken yet. */
  readonly waiting: boolean;
  /** A person's message that was dropped at Telegram before a worker took it. */
  readonly dropped: boolean;
  /** A person's message that another program with the bot's token received; the bot may have received it too. */
  readonly stolen: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

export function messageOfBot(
  message: SentMessage,
  { atMs, reactions }: { atMs: number; reactions: readonly string[] },
): ChatMessage {
  return {
    id: message.message_id,
    from: 'bot',
    ...shownContent(message),
    atMs,
    buttons: buttonsOf(message.reply_markup),
    reactions,
    // A vote changes a message, too, and is no edit.
    edited: message.edit_date !== undefined,
    waiting: false,
    dropped: false,
    stolen: false,
  };
}

/** One that has just been sent and waits at Telegram. */
export function messageOfPerson(id: number, content: Fields, atMs: number): ChatMessage {
  return {
    id,
    from: 'person',
    ...shownContent(content),
    atMs,
    buttons: [],
    edited: false,
    waiting: true,
    dropped: false,
    stolen: false,
  };
}

function buttonsOf(markup: SentMessage['reply_markup']): ChatButton[][] {
  const rows = markup?.['inline_keyboard'];
  if (!Array.isArray(rows)) return [];
  return rows
    .map((row: readonly Fields[]) =>
      row.map(({ text, callback_data: data, url, pay }) => ({
        text: String(text),
        ...(typeof data === 'string' ? { data } : {}),
        ...(typeof url === 'string' ? { url } : {}),
        ...(pay === true ? { pays: true as const } : {}),
      })),
    )
    .filter((row) => row.length > 0);
}
