/**
 * A message's entities: their kinds, their order, and what the server keeps apart.
 *
 * Offsets and lengths count UTF-16 units, as JavaScript does.
 * Source: td's `MessageEntity`.
 *
 * Tested by: test/lab/telegram-emulator/text/fix-entities.test.ts
 */
import { badRequest } from '../errors.ts';

export interface Entity {
  readonly type: EntityType;
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
  readonly language?: string;
  readonly user?: Readonly<Record<string, unknown>>;
  readonly custom_emoji_id?: string;
  readonly unix_time?: number;
  readonly date_time_format?: string;
}

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** Which of two entities with one place comes first. */
const priorities = {
  blockquote: 0,
  expandable_blockquote: 0,
  pre: 10,
  code: 20,
  date_time: 30,
  text_link: 49,
  text_mention: 49,
  mention: 50,
  hashtag: 50,
  bot_command: 50,
  url: 50,
  email: 50,
  cashtag: 50,
  phone_number: 50,
  bold: 90,
  italic: 91,
  underline: 92,
  strikethrough: 93,
  spoiler: 94,
  custom_emoji: 99,
} as const;

export type EntityType = keyof typeof priorities;

/** Those that may overlap others: they are cut at the others' ends. In the order in which they are cut. */
export const splittableTypes: readonly EntityType[] = [
  'bold',
  'italic',
  'underline',
  'strikethrough',
  'spoiler',
];
/** Those with nothing inside. */
export const preTypes: readonly EntityType[] = ['pre', 'code', 'date_time'];
export const quoteTypes: readonly EntityType[] = ['blockquote', 'expandable_blockquote'];

export function endOf({ offset, length }: Entity): number {
  return offset + length;
}

export function sortEntities(entities: Iterable<Entity>): Entity[] {
  return [...entities].sort(
    (a, b) => a.offset - b.offset || b.length - a.length || priorities[a.type] - priorities[b.type],
  );
}

/** A mention of a user who need not have a user name. */
export function userMention(id: number): Pick<Entity, 'type' | 'user'> {
  return { type: 'text_mention', user: { id, is_bot: false, first_name: `User ${id}` } };
}

export function cannotParse(why: string): Error {
  return badRequest(`can't parse entities: ${why}`);
}

/** The place of a UTF-16 unit in the text's UTF-8 form: the server's errors count bytes. */
export function byteOffset(text: string, index: number): number {
  return Buffer.byteLength(text.slice(0, index));
}
