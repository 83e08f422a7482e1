/**
 * `parse_mode` MarkdownV2: nested entities; every mark that marks nothing must be escaped.
 *
 * Source: td's `parse_markdown_v2`.
 */
import { skipCodeHead } from './code-head.ts';
import { byteOffset, cannotParse, type Entity, type FormattedText, sortEntities } from './entity.ts';
import { linkEntity } from './link-entity.ts';
import { linkedEmojiId, linkedTime } from './links.ts';
import { closings, type OpenType, openings, reserved, simpleTypes } from './markdown-v2-marks.ts';

interface Open {
  readonly type: OpenType;
  readonly language: string;
  /** In the text without marks. */
  readonly offset: number;
  /** In the source. */
  readonly begin: number;
}

export function parseMarkdownV2(source: string): FormattedText {
  return new Parser(source).parse();
}

class Parser {
  readonly #source: string;
  readonly #open: Open[] = [];
  readonly #entities: Entity[] = [];
  #text = '';
  #at = 0;
  #inQuote = false;
  #canQuote = true;

  constructor(source: string) {
    this.#source = source;
  }

  parse(): FormattedText {
    while (this.#at < this.#source.length) this.#step();
    if (this.#inQuote) this.#closeQuoteAtEnd();
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) throw this.#noEndOf(unclosed);
    return { text: this.#text, entities: sortEntities(this.#entities) };
  }

  #step(): void {
    const mark = this.#source.charAt(this.#at);
    if (isEscape(this.#source, this.#at)) {
      const escaped = this.#source.charAt(this.#at + 1);
      this.#text += escaped;
      if (escaped !== '\r') this.#canQuote = escaped === '\n';
      this.#at += 2;
    } else if (!this.#marks().includes(mark)) {
      this.#text += mark;
      if (mark !== '\r') this.#canQuote = false;
      this.#at += 1;
    } else if (this.#closes(mark)) {
      this.#close(mark);
    } else {
      this.#begin(mark);
    }
  }

  #marks(): string {
    const type = this.#open.at(-1)?.type;
    return type === 'Code' || type === 'Pre' || type === 'PreCode' ? '`' : reserved;
  }

  #closes(mark: string): boolean {
    const open = this.#open.at(-1);
    if (open === undefined) return false;
    if (this.#inQuote && mark === '\n' && this.#source.charAt(this.#at + 1) !== '>') return true;
    switch (open.type) {
      case 'BlockQuote':
        return false;
      case 'Italic':
        return mark === '_' && !this.#isNext('__');
      default:
        return this.#isNext(closings[open.type]);
    }
  }

  #begin(mark: string): void {
    if (mark === '`' && this.#isNext('```')) this.#pushPre();
    else if (mark === '\n') this.#breakLine();
    else if (mark === '>' && this.#canQuote) this.#quote();
    else {
      const opening = openings.find(([opens]) => this.#isNext(opens));
      if (opening === undefined) {
        throw cannotParse(`Character '${mark}' is reserved and must be escaped with the preceding '\\'`);
      }
      const [opens, type] = opening;
      this.#push(type, opens.length);
    }
  }

  #breakLine(): void {
    this.#text += '\n';
    this.#canQuote = true;
    this.#at += 1;
  }

  /** Each further line of a quote begins with its mark. */
  #quote(): void {
    if (this.#inQuote) this.#at += 1;
    else this.#push('BlockQuote', 1);
    this.#inQuote = true;
  }

  #push(type: OpenType, length: number): void {
    this.#open.push({ type, language: '', offset: this.#text.length, begin: this.#at });
    this.#at += length;
  }

  #pushPre(): void {
    const { language, end } = skipCodeHead(this.#source, this.#at + 3);
    const type = language === '' ? 'Pre' : 'PreCode';
    this.#open.push({ type, language, offset: this.#text.length, begin: this.#at });
    this.#at = end;
  }

  #close(mark: string): void {
    const open = this.#open.pop();
    if (open === undefined) return;
    if (mark === '\n') {
      this.#closeQuote(open);
      return;
    }
    this.#at += closings[open.type].length;
    const length = this.#text.length - open.offset;
    const entity = this.#entityOf(open);
    if (length > 0 && entity !== undefined) {
      this.#entities.push({ ...entity, offset: open.offset, length });
    }
  }

  #entityOf(open: Open): Omit<Entity, 'offset' | 'length'> | undefined {
    if (open.type === 'TextUrl') {
      return linkEntity(this.#isNext('(') ? this.#readUrl() : this.#text.slice(open.offset));
    }
    if (open.type === 'CustomEmoji') return this.#emojiOrTime();
    const type = simpleTypes[open.type];
    if (type === undefined) return undefined;
    return open.language === '' ? { type } : { type, language: open.language };
  }

  #emojiOrTime(): Omit<Entity, 'offset' | 'length'> {
    if (!this.#isNext('(')) throw cannotParse('The entity must contain a tg://emoji or tg://time URL');
    const url = this.#readUrl();
    const emojiId = linkedEmojiId(url);
    if (emojiId !== undefined) return { type: 'custom_emoji', custom_emoji_id: emojiId };
    const time = linkedTime(url);
    if (time === undefined) throw cannotParse('Invalid tg://emoji or tg://time URL specified');
    const format = time.format === '' ? {} : { date_time_format: time.format };
    return { type: 'date_time', unix_time: time.unix, ...format };
  }

  /** Reads `(url)`. */
  #readUrl(): string {
    const begin = this.#at + 1;
    let url = '';
    for (this.#at = begin; this.#at < this.#source.length && !this.#isNext(')'); this.#at += 1) {
      if (isEscape(this.#source, this.#at)) this.#at += 1;
      url += this.#source.charAt(this.#at);
    }
    if (!this.#isNext(')')) {
      throw cannotParse(`Can't find end of a URL at byte offset ${byteOffset(this.#source, begin)}`);
    }
    this.#at += 1;
    return url;
  }

  /** A line without the quote's mark follows. The line break belongs to the quote. */
  #closeQuote(last: Open): void {
    const quote = this.#quoteBelow(last, this.#at - (this.#text.endsWith('\r') ? 3 : 2), this.#at - 2);
    this.#text += '\n';
    this.#at += 1;
    this.#canQuote = true;
    this.#inQuote = false;
    this.#entities.push({ ...quote, length: this.#text.length - quote.offset });
  }

  #closeQuoteAtEnd(): void {
    const last = this.#open.at(-1);
    const isHidden = last?.type === 'Spoiler' && last.begin === this.#source.length - 2;
    if (last === undefined || (last.type !== 'BlockQuote' && !isHidden)) return;
    this.#open.pop();
    const quote = this.#quoteBelow(last, last.begin, last.begin);
    const length = this.#text.length - quote.offset;
    if (length > 0) this.#entities.push({ ...quote, length });
  }

  /** The quote that ends now: with `||` right before its end it is an expandable one. */
  #quoteBelow(last: Open, ...markPlaces: number[]): Pick<Entity, 'type' | 'offset'> {
    if (last.type === 'BlockQuote') return { type: 'blockquote', offset: last.offset };
    const below = last.type === 'Spoiler' && markPlaces.includes(last.begin) ? this.#open.pop() : last;
    if (below === undefined || below.type !== 'BlockQuote') throw this.#noEndOf(below ?? last);
    return { type: 'expandable_blockquote', offset: below.offset };
  }

  #isNext(mark: string): boolean {
    return this.#source.startsWith(mark, this.#at);
  }

  #noEndOf({ type, begin }: Open): Error {
    const where = byteOffset(this.#source, begin);
    return cannotParse(`Can't find end of ${type} entity at byte offset ${where}`);
  }
}

/** Any ASCII character can be escaped. */
function isEscape(source: string, at: number): boolean {
  const next = source.charCodeAt(at + 1);
  return source.charAt(at) === '\\' && next > 0 && next <= 126;
}
