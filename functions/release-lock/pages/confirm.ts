/** The page before an action: the state, what will happen, and one button. */

import { needsForce, waitingUpdates } from '../../../services/core/ops/consequence.ts';
import type { OpsLink } from '../../../services/core/ops/links/signed-link.ts';
import type { StatusResult } from '../../../services/core/ops/results.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import type { IssuedForm } from '../csrf.ts';
import { whoText } from './audit-text.ts';
import { diagnosisCard, holderText, isQuarantined, stateLine } from './fragments.ts';
import { type Html, html } from './html.ts';
import { type HttpAnswer, page } from './layout.ts';
import type { PageTexts } from './texts/page-texts.ts';
import { textsFor } from './texts.ts';

export interface Confirmation {
  readonly link: OpsLink;
  readonly locale: Locale;
  readonly live: StatusResult;
  readonly form: IssuedForm;
  /** What the form confirms, as the form sends it back. */
  readonly shown: string;
  /** The person confirmed something that is worse by now. */
  readonly hasChanged: boolean;
}

export function confirmPage(ask: Confirmation): HttpAnswer {
  const { link, locale, live, form } = ask;
  const { name, content } = partOf(link.action);
  const { title } = textsFor(locale)[name];
  const main = html`<h1>${title}</h1>
${ask.hasChanged ? html`<p class="wait"><strong>${textsFor(locale).changed}</strong></p>` : undefined}
${stateLine(live, locale)}
${content(ask)}`;
  return page({ locale, title, main, setCookie: form.setCookie });
}

interface Part {
  readonly name: 'repair' | 'acknowledge' | 'drop';
  readonly content: (ask: Confirmation) => Html;
}

function partOf(action: OpsLink['action']): Part {
  if (action === 'recover') return { name: 'repair', content: repair };
  if (action === 'acknowledge') return { name: 'acknowledge', content: acknowledge };
  return { name: 'drop', content: drop };
}

/** What is known about the bot, and the button. */
function actions({ locale, live, form, shown }: Confirmation, button: string): Html {
  return html`${diagnosisCard(live)}
<small>${textsFor(locale).oneTime}</small>
<form class="act" method="post">
<input type="hidden" name="nonce" value="${form.nonce}">
<input type="hidden" name="shown" value="${shown}">
<button class="button" type="submit">${button}</button>
</form>`;
}

function repair(confirmation: Confirmation): Html {
  const { locale, live } = confirmation;
  const { repair: texts } = textsFor(locale);
  const steps = [
    lockStep(live, texts),
    live.ecs === null ? texts.noEcs : texts.restart,
    texts.nothingLost(live.pendingUpdates),
  ];
  return html`<h2>${texts.whatHappens}</h2>
<ol class="card">${steps.map((step, index) => html`<li><span>${index + 1}</span><span>${step}</span></li>`)}</ol>
${actions(confirmation, texts.button)}`;
}

function lockStep(live: StatusResult, texts: PageTexts['repair']): string {
  const holder = holderText(live);
  if (holder === undefined) return texts.lockIsFree;
  if (isQuarantined(live)) return texts.quarantine;
  return needsForce(live) ? texts.breakLock(holder) : texts.askHolder(holder);
}

/** The first who is on it stays, so a second one is only told who that is. */
function acknowledge(confirmation: Confirmation): Html {
  const { link, locale, live } = confirmation;
  const { acknowledge: texts } = textsFor(locale);
  if (live.acknowledgedBy !== null) return html`<p>${texts.taken(whoText(live.acknowledgedBy, locale))}</p>`;
  return html`<p>${texts.consequence(textsFor(locale).audit.linkOf(link.recipient))}</p>
${actions(confirmation, texts.button)}`;
}

/** The browser checks the number too, so that a typo does not end in a refusal. */
function drop({ locale, live, form, shown }: Confirmation): Html {
  const { drop: texts, oneTime } = textsFor(locale);
  const pending = waitingUpdates(live);
  if (!Number.isFinite(pending)) return html`<p>${texts.countUnknown}</p>`;
  if (pending === 0 && live.webhookSet !== true) return html`<p>${texts.empty}</p>`;
  return html`<div class="card"><p>${texts.consequence(pending, live.updatesQueue !== undefined)}</p>
${live.webhookSet === true ? html`<p>${texts.webhook}</p>` : undefined}</div>
<small>${oneTime}</small>
<form class="act" method="post">
<input type="hidden" name="nonce" value="${form.nonce}">
<input type="hidden" name="shown" value="${shown}">
<label>${texts.type(pending)}
<input name="typed" inputmode="numeric" autocomplete="off" required pattern="${pending}" title="${texts.hint(pending)}"></label>
<button class="button danger" type="submit">${texts.button(pending)}</button>
</form>`;
}
