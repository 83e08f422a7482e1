/** Before anything happens: the state, what will happen, and one button. */

import type { OpsLink } from '../../../services/core/ops/links/link.ts';
import type { StatusResult } from '../../../services/core/ops/results.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import type { IssuedForm } from '../csrf.ts';
import { type Html, html } from './html.ts';
import { type HttpAnswer, page } from './layout.ts';
import { diagnosisCard, holderText, stateLine } from './parts.ts';
import { textsFor } from './texts.ts';

export interface Ask {
  readonly link: OpsLink;
  readonly locale: Locale;
  readonly live: StatusResult;
  readonly form: IssuedForm;
}

export function askPage(ask: Ask): HttpAnswer {
  const { link, locale, live, form } = ask;
  const title = textsFor(locale)[link.action === 'recover' ? 'repair' : 'drop'].title;
  const main = html`<h1>${title}</h1>
${stateLine(live, locale)}
${link.action === 'recover' ? repair(ask) : drop(ask)}`;
  return page({ locale, title, main, setCookie: form.setCookie });
}

function repair({ locale, live, form }: Ask): Html {
  const { repair: texts, oneTime } = textsFor(locale);
  const steps = [
    lockStep(live, locale),
    live.ecs === null ? texts.noEcs : texts.restart,
    texts.nothingLost(live.pendingUpdates),
  ];
  return html`<h2>${texts.whatHappens}</h2>
<ol class="card">${steps.map((step, index) => html`<li><span>${index + 1}</span><span>${step}</span></li>`)}</ol>
${diagnosisCard(live)}
<small>${oneTime}</small>
<form class="act" method="post">
<input type="hidden" name="nonce" value="${form.nonce}">
<button class="button" type="submit">${texts.button}</button>
</form>`;
}

function lockStep(live: StatusResult, locale: Locale): string {
  const { repair: texts } = textsFor(locale);
  const holder = holderText(live, locale);
  if (holder === undefined) return texts.lockIsFree;
  return live.cause === 'lock-without-expiry' ? texts.breakLock(holder) : texts.askHolder(holder);
}

/** The number is checked by the browser too, so that a slip of the thumb is no refusal. */
function drop({ locale, live, form }: Ask): Html {
  const { drop: texts, oneTime } = textsFor(locale);
  const pending = live.pendingUpdates;
  if (pending === null) return html`<p>${texts.telegramSilent}</p>`;
  if (pending === 0 && live.webhookSet !== true) return html`<p>${texts.empty}</p>`;
  return html`<div class="card"><p>${texts.consequence(pending)}</p>
${live.webhookSet === true ? html`<p>${texts.webhook}</p>` : undefined}</div>
<small>${oneTime}</small>
<form class="act" method="post">
<input type="hidden" name="nonce" value="${form.nonce}">
<input type="hidden" name="shown" value="${pending}">
<label>${texts.type(pending)}
<input name="typed" inputmode="numeric" autocomplete="off" required pattern="${pending}" title="${texts.hint(pending)}"></label>
<button class="button danger" type="submit">${texts.button(pending)}</button>
</form>`;
}
