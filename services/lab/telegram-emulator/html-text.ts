/**
 * `parse_mode` HTML: the text without its tags, and the entities that the tags make.
 *
 * Guarantees: text and entity offsets in UTF-16 units, and the refusals of an unknown tag, an unclosed or wrongly closed
 * tag, and a bare `<`. Does not guarantee: attributes other than a link's `href`, code's language, or trimming entities at
 * white space as the real server does.
 * Source: the Bot API manual's "HTML style"; td's `MessageEntity.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { badRequest } from './errors.ts';

export interface HtmlEntity {
  readonly type: string;
  readonly offset: number;
  readonly length: number;
  readonly url?: string | undefined;
}

const entityTypes: Readonly<Record<string, string>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  code: 'code',
  pre: 'pre',
  a: 'text_link',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
  'tg-emoji': 'custom_emoji',
  blockquote: 'blockquote',
};
const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

interface OpenTag {
  readonly name: string;
  readonly offset: number;
  readonly url: string | undefined;
}

export function parseHtml(html: string): { text: string; entities: HtmlEntity[] } {
  const token = /<\/?([a-z-]*)([^>]*)(>?)|&(?:#(\d+)|#x([0-9a-f]+)|(lt|gt|amp|quot));|[^<&]+|&/giy;
  const open: OpenTag[] = [];
  const entities: HtmlEntity[] = [];
  let text = '';
  for (let match = token.exec(html); match !== null; match = token.exec(html)) {
    const [whole] = match;
    if (!whole.startsWith('<')) text += plainText(match);
    else if (whole.startsWith('</')) closeTag(match, { open, entities, end: text.length });
    else open.push(openTag(match, text.length));
  }
  const unclosed = open.at(-1);
  if (unclosed !== undefined)
    throw cannotParse(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return { text, entities: entities.sort((a, b) => a.offset - b.offset || b.length - a.length) };
}

function plainText([whole, , , , decimal, hexadecimal, named]: RegExpExecArray): string {
  if (named !== undefined) return characters[named.toLowerCase()] ?? whole;
  const point = decimal !== undefined ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16);
  return Number.isNaN(point) || point === 0 || point > 0x10ffff ? whole : String.fromCodePoint(point);
}

function openTag([, tag = '', attributes = '', end, ..._]: RegExpExecArray, offset: number): OpenTag {
  const name = tag.toLowerCase();
  if (end === '') throw cannotParse(`Unclosed start tag at byte offset ${offset}`);
  if (!Object.hasOwn(entityTypes, name)) {
    throw cannotParse(`Unsupported start tag "${name}" at byte offset ${offset}`);
  }
  const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i.exec(attributes);
  return { name, offset, url: href?.[1] ?? href?.[2] ?? href?.[3] };
}

function closeTag(
  [, tag = '', , end]: RegExpExecArray,
  into: { open: OpenTag[]; entities: HtmlEntity[]; end: number },
): void {
  const start = into.open.pop();
  const name = tag.toLowerCase();
  if (start === undefined || end === '') throw cannotParse(`Unexpected end tag at byte offset ${into.end}`);
  if (name !== '' && name !== start.name) {
    throw cannotParse(
      `Unmatched end tag at byte offset ${into.end}, expected "</${start.name}>", found "</${name}>"`,
    );
  }
  const length = into.end - start.offset;
  if (length === 0 || (start.name === 'a' && start.url === undefined)) return;
  const type = entityTypes[start.name] ?? start.name;
  into.entities.push({ type, offset: start.offset, length, url: start.name === 'a' ? start.url : undefined });
}

function cannotParse(why: string): Error {
  return badRequest(`can't parse entities: ${why}`);
}
