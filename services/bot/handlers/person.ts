/** Who sent a command, and the texts in that person's language. */
import type { Locale } from '../../core/platform/locale.ts';
import type { CommandTexts } from './texts.ts';

export interface Person {
  readonly id: string;
  readonly locale: Locale;
  readonly texts: CommandTexts;
}
