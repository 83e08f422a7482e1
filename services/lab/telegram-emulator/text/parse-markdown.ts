/**
 * `parse_mode` Markdown, the old one: no nesting, no escape inside an entity.
 *
 * Source: td's `parse_markdown`.
 */
import { skipCodeHead } from './code-head.ts';
import { byteOffset, cannotParse, type Entity, type FormattedText } from './entity.ts';
import { linkEntity } from './link-entity.ts';

export function parseMarkdown(source: string): FormattedText {
  const entities: Entity[] = [];
  let text = '';
  let at = 0;
  while (at < source.length) {
    const plain = /^(?:\\[_*`[]|[^_*`[])/s.exec(source.slice(at, at + 2))?.[0];
    if (plain !== undefined) {
      text += plain.length === 2 && plain.startsWith('\\') ? plain.slice(1) : plain;
      at += plain.length;
      continue;
    }
    const found = readEntity(source, at);
    if (found.content !== '') {
      const entity = entityOf(source.charAt(at), found);
      if (entity !== undefined)
        entities.push({ ...entity, offset: text.length, length: found.content.length });
    }
    text += found.content;
    at = found.end;
  }
  return { text, entities };
}

interface Found {
  readonly content: string;
  /** Where the text goes on. */
  readonly end: number;
  readonly language: string;
  readonly isPre: boolean;
  readonly url: string;
}

function readEntity(source: string, begin: number): Found {
  const mark = source.charAt(begin);
  const isPre = source.startsWith('```', begin);
  const head = isPre ? skipCodeHead(source, begin + 3) : { language: '', end: begin + 1 };
  const close = isPre ? '```' : mark === '[' ? ']' : mark;
  const contentEnd = source.indexOf(close, head.end);
  if (contentEnd === -1) {
    throw cannotParse(`Can't find end of the entity starting at byte offset ${byteOffset(source, begin)}`);
  }
  const content = source.slice(head.end, contentEnd);
  const afterClose = contentEnd + close.length;
  if (mark !== '[' || content === '' || source.charAt(afterClose) !== '(') {
    return { content, end: afterClose, language: head.language, isPre, url: content };
  }
  const urlEnd = source.indexOf(')', afterClose);
  const url = source.slice(afterClose + 1, urlEnd === -1 ? source.length : urlEnd);
  return { content, end: urlEnd === -1 ? source.length : urlEnd + 1, language: '', isPre, url };
}

function entityOf(
  mark: string,
  { language, isPre, url }: Found,
): Omit<Entity, 'offset' | 'length'> | undefined {
  switch (mark) {
    case '_':
      return { type: 'italic' };
    case '*':
      return { type: 'bold' };
    case '[':
      return linkEntity(url);
    default:
      if (!isPre) return { type: 'code' };
      return language === '' ? { type: 'pre' } : { type: 'pre', language };
  }
}
