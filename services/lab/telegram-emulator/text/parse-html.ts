/**
 * `parse_mode` HTML.
 *
 * Source: td's `parse_html`.
 */

import {
  byteOffset,
  cannotParse,
  type Entity,
  type EntityType,
  type FormattedText,
  sortEntities,
} from './entity.ts';
import { readHtmlCharacter } from './html-character.ts';
import { readHtmlTag } from './html-tag.ts';
import { linkEntity } from './link-entity.ts';
import { isEmojiId, isTimeFormat } from './links.ts';

interface Open {
  readonly name: string;
  /** The one attribute that counts for this tag. */
  readonly argument: string;
  readonly unix: number;
  readonly offset: number;
}

const simpleTypes: Readonly<Record<string, EntityType>> = {
  b: 'bold',
  strong: 'bold',
  i: 'italic',
  em: 'italic',
  u: 'underline',
  ins: 'underline',
  s: 'strikethrough',
  strike: 'strikethrough',
  del: 'strikethrough',
  span: 'spoiler',
  'tg-spoiler': 'spoiler',
};

export function parseHtml(source: string): FormattedText {
  return new Parser(source).parse();
}

class Parser {
  readonly #source: string;
  readonly #open: Open[] = [];
  readonly #entities: Entity[] = [];
  #text = '';
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): FormattedText {
    while (this.#at < this.#source.length) this.#step();
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) {
      throw cannotParse(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
    }
    if (!this.#text.isWellFormed()) {
      throw cannotParse(
        'Text contains invalid Unicode characters after decoding HTML entities, check for unmatched surrogate code units',
      );
    }
    // The language of code counts only inside of `pre`.
    const entities = this.#entities.map(({ language, ...rest }) =>
      rest.type === 'pre' && language !== undefined ? { ...rest, language } : rest,
    );
    return { text: this.#text, entities: sortEntities(entities) };
  }

  #step(): void {
    const plain = this.#take(/[^<&]+/y)[0];
    if (plain !== undefined) {
      this.#text += plain;
    } else if (this.#source.charAt(this.#at) === '&') {
      const { character, end } = readHtmlCharacter(this.#source, this.#at);
      this.#text += character;
      this.#at = end;
    } else if (this.#source.charAt(this.#at + 1) === '/') {
      this.#close();
    } else {
      const { end, ...tag } = readHtmlTag(this.#source, this.#at);
      this.#open.push({ ...tag, offset: this.#text.length });
      this.#at = end;
    }
  }

  #close(): void {
    const where = byteOffset(this.#source, this.#at);
    const open = this.#open.pop();
    if (open === undefined) throw cannotParse(`Unexpected end tag at byte offset ${where}`);
    const [, name = '', end] = this.#take(/<\/([^ \t\r\n\v\0>]*)[ \t\r\n\v\0]*(>?)/y);
    if (end !== '>') throw cannotParse(`Unclosed end tag at byte offset ${where}`);
    const tag = name.toLowerCase();
    if (tag !== '' && tag !== open.name) {
      throw cannotParse(
        `Unmatched end tag at byte offset ${where}, expected "</${open.name}>", found "</${tag}>"`,
      );
    }
    if (this.#text.length > open.offset) this.#add(open);
  }

  /** Reads what the sticky pattern matches here; nothing if it does not. */
  #take(pattern: RegExp): readonly (string | undefined)[] {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source) ?? [];
    this.#at += match[0]?.length ?? 0;
    return match;
  }

  #add(open: Open): void {
    const place = { offset: open.offset, length: this.#text.length - open.offset };
    const entity = entityOf(open, this.#text.slice(open.offset));
    if (entity === undefined) return;
    const last = this.#entities.at(-1);
    // `pre` around `code`, or `code` around `pre`, with nothing else in between, is one block of code in a language.
    const isOneBlock =
      last !== undefined &&
      [last.type, entity.type].sort().join() === 'code,pre' &&
      last.offset === place.offset &&
      last.length === place.length;
    const language = isOneBlock ? (last.type === 'code' ? last.language : entity.language) : undefined;
    if (language !== undefined) this.#entities.pop();
    this.#entities.push(
      language === undefined ? { ...entity, ...place } : { type: 'pre', language, ...place },
    );
  }
}

function entityOf(
  { name, argument, unix }: Open,
  content: string,
): Omit<Entity, 'offset' | 'length'> | undefined {
  switch (name) {
    case 'a':
      return linkEntity(argument === '' ? content : argument);
    case 'pre':
      return { type: 'pre' };
    case 'code':
      return argument === '' ? { type: 'code' } : { type: 'code', language: argument };
    case 'blockquote':
      return { type: argument === '' ? 'blockquote' : 'expandable_blockquote' };
    case 'tg-emoji':
      if (!isEmojiId(argument)) throw cannotParse('Invalid custom emoji identifier specified');
      return { type: 'custom_emoji', custom_emoji_id: argument };
    case 'tg-time':
      if (!isTimeFormat(argument)) throw cannotParse('Invalid date format used');
      if (unix <= 0) return undefined;
      return {
        type: 'date_time',
        unix_time: unix,
        ...(argument === '' ? {} : { date_time_format: argument }),
      };
    default: {
      const type = simpleTypes[name];
      return type === undefined ? undefined : { type };
    }
  }
}
