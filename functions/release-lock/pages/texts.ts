/** Looks up the texts of the pages by language. */
import type { Locale } from '../../../services/core/platform/locale.ts';
import { en } from './texts/en.ts';
import type { PageTexts } from './texts/page-texts.ts';
import { ru } from './texts/ru.ts';

const texts: Readonly<Record<Locale, PageTexts>> = { ru, en };

export function textsFor(locale: Locale): PageTexts {
  return texts[locale];
}
