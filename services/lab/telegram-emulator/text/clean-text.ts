/**
 * Removes from a text what Telegram does not show, and moves its entities accordingly.
 *
 * Control characters become spaces; carriage returns, line and direction marks and combining vertical lines go.
 * Source: td's `clean_input_string_with_entities`.
 *
 * Tested by: test/lab/telegram-emulator/text/fix-text.test.ts
 */
import { badRequest } from '../errors.ts';
import { byteOffset, type Entity, endOf, type FormattedText } from './entity.ts';

/** Carriage return, combining vertical lines, separators and directions. */
const removed = /\r|\u0333|\u033f|\u030a|[\u2028-\u202e]/;
const unclean = new RegExp(`[\\0-\\t\\v-\\x1f\\u200e\\u200f]|${removed.source}`);

export function cleanText({ text, entities }: FormattedText): FormattedText {
  if (!text.isWellFormed()) throw badRequest('strings must be encoded in UTF-8');
  checkPlaces(text, entities);
  if (!unclean.test(text)) return { text, entities };
  // The new place of each UTF-16 unit.
  const places = new Uint32Array(text.length + 1);
  let clean = '';
  for (let index = 0; index < text.length; index += 1) {
    places[index] = clean.length;
    const unit = text.charAt(index);
    if (!removed.test(unit)) clean += unit < ' ' && unit !== '\n' ? ' ' : unit;
  }
  places[text.length] = clean.length;
  const moved = entities.map((entity) => {
    const offset = places[entity.offset] ?? 0;
    return { ...entity, offset, length: (places[endOf(entity)] ?? 0) - offset };
  });
  // Of direction marks in a row only the last one counts.
  return { text: clean.replace(/[\u200e\u200f](?=[\u200e\u200f])/g, '\u200c'), entities: moved };
}

function checkPlaces(text: string, entities: readonly Entity[]): void {
  for (const entity of entities) {
    const { offset } = entity;
    const end = endOf(entity);
    if (offset > text.length) {
      throw badRequest(`entity begins after the end of the text at UTF-16 offset ${offset}`);
    }
    if (splitsPair(text, offset)) {
      const where = byteOffset(text, offset + 1);
      throw badRequest(`entity begins in a middle of a UTF-16 symbol at byte offset ${where}`);
    }
    const beginning = `entity beginning at UTF-16 offset ${offset}`;
    if (end > text.length) {
      throw badRequest(`${beginning} ends after the end of the text at UTF-16 offset ${end}`);
    }
    if (splitsPair(text, end)) {
      const where = byteOffset(text, end + 1);
      throw badRequest(`${beginning} ends in a middle of a UTF-16 symbol at byte offset ${where}`);
    }
  }
}

function splitsPair(text: string, index: number): boolean {
  return index > 0 && (text.codePointAt(index - 1) ?? 0) > 0xffff;
}
