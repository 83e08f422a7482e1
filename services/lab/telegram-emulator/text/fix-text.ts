/**
 * What the server makes of a text and its entities before it sends them: cleaned, trimmed, with consistent entities and
 * those found in the text itself.
 *
 * Source: td's `fix_formatted_text`.
 */
import { badRequest } from '../errors.ts';
import { cleanText } from './clean-text.ts';
import { type Entity, endOf, type FormattedText, sortEntities } from './entity.ts';
import { findEntities } from './find-entities.ts';
import { addFound, fixEntities } from './fix-entities.ts';

/** A text of these alone is empty. */
const blank =
  /^[ \n\u00a0\u1680\u180e\u2000-\u200f\u202e\u202f\u205f\u2800\u3000\ufeff\ufffc\u{e0000}-\u{e007f}]*$/u;

const placeMax = 1_000_000;

/** Throws the server's refusals. A blank text is refused, or, if it may be empty, returned as such. */
export function fixText(given: FormattedText, { mayBeEmpty = false } = {}): FormattedText {
  for (const { offset, length } of given.entities) {
    if (offset < 0 || offset > placeMax)
      throw badRequest(`receive an entity with incorrect offset ${offset}`);
    if (length < 0 || length > placeMax)
      throw badRequest(`receive an entity with incorrect length ${length}`);
  }
  const entities = fixEntities(withoutEmpty(given.entities));
  const clean = cleanText({ text: given.text, entities });
  // Cleaning may have joined or emptied some.
  const { text, entities: left } = trim({ ...clean, entities: fixEntities(withoutEmpty(clean.entities)) });
  if (blank.test(text)) {
    if (!mayBeEmpty) throw badRequest('text must be non-empty');
    return { text: '', entities: [] };
  }
  return { text, entities: addFound(left, findEntities(text)) };
}

function withoutEmpty(entities: readonly Entity[]): Entity[] {
  return entities.filter(({ length }) => length > 0);
}

/** Removes spaces and line breaks around a text: at its end all, at its beginning those outside of every entity. */
function trim({ text, entities }: FormattedText): FormattedText {
  const end = text.length - (/[ \n]*$/.exec(text)?.[0].length ?? 0);
  const spaces = /^[ \n]*/.exec(text.slice(0, end))?.[0].length ?? 0;
  const kept = entities
    .filter(({ offset }) => offset < end)
    .map((entity) => ({ ...entity, length: Math.min(endOf(entity), end) - entity.offset }));
  const begin = Math.min(spaces, ...kept.map(({ offset }) => offset));
  return {
    text: text.slice(begin, end),
    entities: sortEntities(kept.map((entity) => ({ ...entity, offset: entity.offset - begin }))),
  };
}
