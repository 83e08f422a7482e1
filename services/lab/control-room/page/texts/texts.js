/** What the page says, by language. What the lab itself says comes from it in both. */
import { en } from './en.js';
import { ru } from './ru.js';

export const texts = { en, ru };

/**
 * One language of a text of the lab's.
 * @param {{en: string, ru: string} | string | null | undefined} text
 */
export function inWords(text, { locale }) {
  if (text === null || text === undefined) return '';
  return typeof text === 'string' ? text : (text[locale] ?? text.en ?? '');
}
