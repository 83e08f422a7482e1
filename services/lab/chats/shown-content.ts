/**
 * What a person sees of a message that is not text: polls, dice, invoices.
 *
 * Tested by: test/lab/chats/conversations.test.ts
 */
import { isObject } from '../telegram-emulator/arguments.ts';
import type { SentMessage } from '../telegram-emulator/messages.ts';

export interface ShownPoll {
  readonly question: string;
  readonly options: readonly { readonly text: string; readonly count: number }[];
  readonly closed: boolean;
  readonly multiple: boolean;
}

export interface ShownContent {
  readonly text: string;
  readonly poll?: ShownPoll;
}

export function shownContent(message: SentMessage): ShownContent {
  const { text, poll, dice, invoice } = message;
  if (isObject(poll)) return { text: '', poll: shownPoll(poll) };
  if (isObject(dice)) return { text: `${dice['emoji']} ${dice['value']}` };
  if (isObject(invoice)) return { text: `${invoice['title']}: ${invoice['description']}` };
  return { text: text ?? '' };
}

function shownPoll(poll: Readonly<Record<string, unknown>>): ShownPoll {
  const options = poll['options'] as readonly { text: string; voter_count: number }[];
  return {
    question: String(poll['question']),
    options: options.map(({ text, voter_count: count }) => ({ text, count })),
    closed: poll['is_closed'] === true,
    multiple: poll['allows_multiple_answers'] === true,
  };
}
