/**
 * The marks of MarkdownV2: what opens and closes an entity, and which must be escaped.
 *
 * Source: td's `parse_markdown_v2`.
 *
 * Tested by: test/lab/telegram-emulator/text/parse-markdown-v2.test.ts
 */
import type { Entity } from './entity.ts';

/** The kinds while they are open, as the server's errors name them. */
export type OpenType =
  | 'Bold'
  | 'Italic'
  | 'Underline'
  | 'Strikethrough'
  | 'Spoiler'
  | 'Code'
  | 'Pre'
  | 'PreCode'
  | 'TextUrl'
  | 'CustomEmoji'
  | 'BlockQuote';

export const reserved = '_*[]()~`>#+-=|{}.!\n';
export const simpleTypes: Readonly<Partial<Record<OpenType, Entity['type']>>> = {
  Bold: 'bold',
  Italic: 'italic',
  Underline: 'underline',
  Strikethrough: 'strikethrough',
  Spoiler: 'spoiler',
  Code: 'code',
  Pre: 'pre',
  PreCode: 'pre',
};
/** The longer mark first. */
export const openings: readonly (readonly [string, OpenType])[] = [
  ['__', 'Underline'],
  ['_', 'Italic'],
  ['*', 'Bold'],
  ['~', 'Strikethrough'],
  ['||', 'Spoiler'],
  ['`', 'Code'],
  ['![', 'CustomEmoji'],
  ['[', 'TextUrl'],
];
export const closings: Readonly<Record<OpenType, string>> = {
  Bold: '*',
  Italic: '_',
  Underline: '__',
  Strikethrough: '~',
  Spoiler: '||',
  Code: '`',
  Pre: '```',
  PreCode: '```',
  TextUrl: ']',
  CustomEmoji: ']',
  BlockQuote: '\n',
};
