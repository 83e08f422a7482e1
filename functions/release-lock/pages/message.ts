/**
 * Pages with a message and nothing to do: the link's outage is over; the store does not answer.
 *
 * Tested by: test/functions/release-lock/links.test.ts
 */
import type { StatusResult } from '../../../services/core/ops/results.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import { diagnosisCard, stateLine } from './fragments.ts';
import { html } from './html.ts';
import { type HttpAnswer, page } from './layout.ts';
import { textsFor } from './texts.ts';

export function overPage(locale: Locale, live: StatusResult): HttpAnswer {
  const { isUp, over } = textsFor(locale);
  const title = live.up ? isUp : over.older;
  const main = live.up
    ? html`<h1 class="up">${title}</h1><p>${over.up}</p>`
    : html`<h1>${title}</h1><p>${over.olderMore}</p>${stateLine(live, locale)}${diagnosisCard(live)}`;
  return page({ locale, title, main });
}

export function unavailablePage(locale: Locale): HttpAnswer {
  const { title, more } = textsFor(locale).unavailable;
  return page({ locale, title, main: html`<h1>${title}</h1><p>${more}</p>`, statusCode: 503 });
}
