/**
 * A message of the bot, as a person sees it.
 *
 * Tested by: test/testing/test-bot.test.ts
 */
import type { SentMessage } from '../lab/telegram-emulator/messages.ts';

export interface BotMessage {
  readonly id: number;
  /** The text, or the caption of a file; without formatting. */
  readonly text: string;
  /** The labels of its buttons, row by row: under the message, or of the keyboard that it opens. */
  readonly buttons: readonly (readonly string[])[];
  /** This is what an edit made of it. */
  readonly isEdit: boolean;
  /** Everything else, under the names of the Bot API: `entities`, `photo`, `reply_markup`, … */
  readonly fields: SentMessage;
}

/** A button as the Bot API has it; of a keyboard it may be its text alone. */
export interface Button {
  readonly text: string;
  readonly data?: string;
  readonly url?: string;
}

type Wire = Readonly<Record<string, unknown>>;

export function botMessage(fields: SentMessage, { isEdit }: { isEdit: boolean }): BotMessage {
  return {
    id: fields.message_id,
    text: String(fields.text ?? fields['caption'] ?? ''),
    buttons: [...inlineRows(fields), ...keyboardRows(fields)].map((row) => row.map(({ text }) => text)),
    isEdit,
    fields,
  };
}

/** Of a photo, which comes in several sizes, the largest. */
export function fileIdOf({ fields }: BotMessage): string | undefined {
  const files = Object.values(fields).map(
    (value) => (Array.isArray(value) ? value.at(-1) : value) as unknown,
  );
  const ids = files.map((file) =>
    typeof file === 'object' && file !== null && 'file_id' in file ? file.file_id : undefined,
  );
  return ids.find((id) => typeof id === 'string');
}

export function inlineRows({ reply_markup }: SentMessage): readonly (readonly Button[])[] {
  return rowsOf(reply_markup?.['inline_keyboard']);
}

export function keyboardRows({ reply_markup }: SentMessage): readonly (readonly Button[])[] {
  return rowsOf(reply_markup?.['keyboard']);
}

function rowsOf(rows: unknown): readonly (readonly Button[])[] {
  if (!Array.isArray(rows)) return [];
  return rows.map((row: readonly (Wire | string)[]) => row.map(buttonOf));
}

function buttonOf(button: Wire | string): Button {
  if (typeof button === 'string') return { text: button };
  const { text, callback_data: data, url } = button;
  return {
    text: String(text),
    ...(typeof data === 'string' ? { data } : {}),
    ...(typeof url === 'string' ? { url } : {}),
  };
}
