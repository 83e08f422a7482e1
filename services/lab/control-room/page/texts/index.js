/** The page's texts by language, and helpers for texts that come from the lab and from the program. */
import { en } from './en.js';
import { ru } from './ru.js';

export const texts = { en, ru };

/**
 * A text that the lab sends in both languages.
 * @param {{en: string, ru: string} | string | null | undefined} text
 */
export function localized(text, { locale }) {
  if (text === null || text === undefined) return '';
  return typeof text === 'string' ? text : (text[locale] ?? text.en ?? '');
}

/**
 * A text that the program writes in English only, in the page's language where it is known.
 * @param {string} text
 * @param {[pattern: string | RegExp, words: string | ((...groups: string[]) => string)][]} known
 */
export function translated(text, known) {
  for (const [pattern, words] of known) {
    if (typeof pattern === 'string') {
      if (pattern === text) return words;
      continue;
    }
    const match = pattern.exec(text);
    if (match !== null) return typeof words === 'string' ? words : words(...match.slice(1));
  }
  return text;
}
