/**
 * What a person sees of a message besides its text: polls, dice, invoices, files, places and contacts.
 *
 * Tested by: test/lab/chats/conversations.test.ts
 */
import { isObject } from '../telegram-emulator/arguments.ts';
import { type Attachment, attachmentsOf } from './attachments.ts';

export interface ShownPoll {
  readonly question: string;
  readonly options: readonly { readonly text: string; readonly count: number }[];
  readonly closed: boolean;
  readonly multiple: boolean;
}

export interface ShownContent {
  /** Its text, or the caption of what it carries. */
  readonly text: string;
  readonly poll?: ShownPoll;
  readonly attachments: readonly Attachment[];
  /** The same for the messages of one album; null outside of albums. */
  readonly albumId: string | null;
}

type Fields = Readonly<Record<string, unknown>>;

/** Of a message with these fields of Telegram's Message. */
export function shownContent(message: Fields): ShownContent {
  const { poll, media_group_id: albumId } = message;
  return {
    text: shownText(message),
    ...(isObject(poll) ? { poll: shownPoll(poll) } : {}),
    attachments: attachmentsOf(message),
    albumId: typeof albumId === 'string' ? albumId : null,
  };
}

function shownText({ text, caption, dice, invoice }: Fields): string {
  if (isObject(dice)) return `${dice['emoji']} ${dice['value']}`;
  if (isObject(invoice)) return `${invoice['title']}: ${invoice['description']}`;
  return String(text ?? caption ?? '');
}

function shownPoll(poll: Fields): ShownPoll {
  const options = poll['options'] as readonly { text: string; voter_count: number }[];
  return {
    question: String(poll['question']),
    options: options.map(({ text, voter_count: count }) => ({ text, count })),
    closed: poll['is_closed'] === true,
    multiple: poll['allows_multiple_answers'] === true,
  };
}
