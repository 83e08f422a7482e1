/** The texts of the pages by language. */
import type { Locale } from '../../../services/core/platform/locale.ts';
import type { PageTexts } from './page-texts.ts';
import { en } from './texts-en.ts';
import { ru } from './texts-ru.ts';

const texts: Readonly<Record<Locale, PageTexts>> = { ru, en };

export function textsFor(locale: Locale): PageTexts {
  return texts[locale];
}
