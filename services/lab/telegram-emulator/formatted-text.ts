/**
 * A text or caption with its `parse_mode` or its entities, as the server makes it: parsed or refused, trimmed, with the
 * entities that it finds itself.
 */
import type { Arguments } from './arguments.ts';
import { badRequest } from './errors.ts';
import type { FormattedText as Fixed } from './text/entity.ts';
import { fixText } from './text/fix-text.ts';
import { parseHtml } from './text/parse-html.ts';
import { parseMarkdown } from './text/parse-markdown.ts';
import { parseMarkdownV2 } from './text/parse-markdown-v2.ts';
import { readEntities } from './text/read-entities.ts';

export interface FormattedText {
  readonly text: string;
  readonly entities: readonly unknown[] | undefined;
}

export interface TextNames {
  readonly text: string;
  readonly entities: string;
  readonly parseMode?: string;
}

const argumentBytesMax = 2 ** 15;
const captionLengthMax = 1024;
const parsers: Readonly<Record<string, (source: string) => Fixed>> = {
  html: parseHtml,
  markdown: parseMarkdown,
  markdownv2: parseMarkdownV2,
};

/** Reads the arguments of these names: `text` and `entities`, `question` and `question_entities`, … Refuses a blank text. */
export function readFormattedText(args: Arguments, names: TextNames): FormattedText {
  return withEntities(fixText(parse(args, names)));
}

/** Reads a caption, which may be empty, and refuses one that is too long. */
export function readCaption(
  args: Arguments,
  names: TextNames = { text: 'caption', entities: 'caption_entities' },
): FormattedText {
  const caption = withEntities(fixText(parse(args, names), { mayBeEmpty: true }));
  if (lengthOf(caption.text) > captionLengthMax) throw badRequest('message caption is too long');
  return caption;
}

/** In Unicode characters, as the server's limits count. */
export function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length += 1;
  return length;
}

function parse(args: Arguments, names: TextNames): Fixed {
  const given = args.text(names.text);
  if (Buffer.byteLength(given) > argumentBytesMax) throw badRequest('text is too long');
  const mode = args.text(names.parseMode ?? 'parse_mode').toLowerCase();
  if (given === '' || mode === '' || mode === 'none') {
    return { text: given, entities: readEntities(args.json(names.entities)) };
  }
  const parser = Object.hasOwn(parsers, mode) ? parsers[mode] : undefined;
  if (parser === undefined) throw badRequest('unsupported parse_mode');
  return parser(given);
}

function withEntities({ text, entities }: Fixed): FormattedText {
  return { text, entities: entities.length > 0 ? entities : undefined };
}
