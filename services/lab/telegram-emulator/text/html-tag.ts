/**
 * A start tag in HTML, with the one attribute that counts for it.
 *
 * Source: td's `parse_html`.
 *
 * Tested by: test/lab/telegram-emulator/text/parse-html.test.ts
 */
import { leadingInteger } from '../arguments.ts';
import { byteOffset, cannotParse } from './entity.ts';
import { readHtmlCharacter } from './html-character.ts';

const tags = [
  ...['a', 'b', 'strong', 'i', 'em', 's', 'strike', 'del', 'u', 'ins', 'tg-spoiler', 'tg-emoji', 'tg-time'],
  ...['span', 'pre', 'code', 'blockquote'],
];

export interface HtmlTag {
  readonly name: string;
  /** Link, language, emoji, time format; of a quote, that it is expandable. */
  readonly argument: string;
  readonly unix: number;
  readonly end: number;
}

export function readHtmlTag(source: string, begin: number): HtmlTag {
  return new TagReader(source, begin).read();
}

class TagReader {
  readonly #source: string;
  readonly #begin: number;
  #at: number;
  #argument = '';
  #unix = 0;

  constructor(source: string, begin: number) {
    this.#source = source;
    this.#begin = begin;
    this.#at = begin + 1;
  }

  read(): HtmlTag {
    const name = this.#take(/[^ \t\r\n\v\0>]*/y).toLowerCase();
    const where = byteOffset(this.#source, this.#begin);
    if (this.#isAtEnd()) throw cannotParse(`Unclosed start tag at byte offset ${where}`);
    if (!tags.includes(name)) throw cannotParse(`Unsupported start tag "${name}" at byte offset ${where}`);
    for (this.#skipSpace(); this.#source.charAt(this.#at) !== '>'; this.#skipSpace()) {
      this.#readAttribute(name, where);
    }
    if (name === 'span' && this.#argument !== 'spoiler') {
      throw cannotParse(`Tag "span" must have class "tg-spoiler" at byte offset ${where}`);
    }
    return { name, argument: this.#argument, unix: this.#unix, end: this.#at + 1 };
  }

  #readAttribute(tag: string, where: number): void {
    const name = this.#take(/[^ \t\r\n\v\0=>/"']*/y);
    if (name === '') {
      throw cannotParse(`Empty attribute name in the tag "${tag}" at byte offset ${where}`);
    }
    this.#skipSpace();
    if (this.#isAtEnd()) throw cannotParse(`Unclosed start tag "${tag}" at byte offset ${where}`);
    if (this.#source.charAt(this.#at) !== '=') {
      if (tag === 'blockquote' && name === 'expandable') this.#argument = '1';
      return;
    }
    this.#at += 1;
    this.#skipSpace();
    if (this.#isAtEnd()) throw cannotParse(`Unclosed start tag "${tag}" at byte offset ${where}`);
    const value = /["']/.test(this.#source.charAt(this.#at)) ? this.#quotedValue() : this.#bareValue();
    if (this.#isAtEnd()) throw cannotParse(`Unclosed start tag at byte offset ${where}`);
    this.#keep(`${tag} ${name}`, value);
  }

  #quotedValue(): string {
    const quote = this.#source.charAt(this.#at);
    let value = '';
    this.#at += 1;
    while (!this.#isAtEnd() && this.#source.charAt(this.#at) !== quote) {
      const one = this.#source.charAt(this.#at);
      const { character, end } =
        one === '&' ? readHtmlCharacter(this.#source, this.#at) : { character: one, end: this.#at + 1 };
      value += character;
      this.#at = end;
    }
    this.#at += 1;
    return value;
  }

  #bareValue(): string {
    const begin = this.#at;
    const value = this.#take(/[a-z0-9.-]*/iy);
    if (!this.#isAtEnd() && !/[ \t\r\n\v\0>]/.test(this.#source.charAt(this.#at))) {
      throw cannotParse(`Unexpected end of name token at byte offset ${byteOffset(this.#source, begin)}`);
    }
    return value.toLowerCase();
  }

  #keep(attribute: string, value: string): void {
    switch (attribute) {
      case 'a href':
      case 'tg-emoji emoji-id':
      case 'tg-time format':
        this.#argument = value;
        return;
      case 'code class':
        if (value.startsWith('language-')) this.#argument = value.slice('language-'.length);
        return;
      case 'span class':
        if (value.startsWith('tg-')) this.#argument = value.slice('tg-'.length);
        return;
      case 'blockquote expandable':
        this.#argument = '1';
        return;
      case 'tg-time unix':
        this.#unix = leadingInteger(value);
    }
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const taken = pattern.exec(this.#source)?.[0] ?? '';
    this.#at += taken.length;
    return taken;
  }

  #skipSpace(): void {
    this.#take(/[ \t\r\n\v\0]*/y);
  }

  #isAtEnd(): boolean {
    return this.#at >= this.#source.length;
  }
}
