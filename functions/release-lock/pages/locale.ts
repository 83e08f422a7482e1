/** The page's language: the one of ours that the phone's `Accept-Language` prefers. */

import type { Locale } from '../../../services/core/platform/locale.ts';
import { locales } from '../../../services/core/platform/locale.ts';

export function preferredLocale(header: string | undefined, fallback: Locale): Locale {
  let best: { locale: Locale; weight: number } | undefined;
  for (const part of (header ?? '').split(',').slice(0, 20)) {
    const [range = '', ...parameters] = part.split(';').map((piece) => piece.trim().toLowerCase());
    const locale = locales.find((known) => range === known || range.startsWith(`${known}-`));
    const quality = parameters.find((parameter) => parameter.startsWith('q='))?.slice(2);
    const weight = quality === undefined ? 1 : Number(quality);
    if (locale !== undefined && weight > (best?.weight ?? 0)) best = { locale, weight };
  }
  return best?.locale ?? fallback;
}
