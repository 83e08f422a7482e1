/** The status page: everything at a glance, and no action but "refresh". */

import { durationText } from '../../../services/core/alerts/duration-text.ts';
import type { InboxEntry } from '../../../services/core/alerts/inbox-entry.ts';
import { snoozeText, toldText } from '../../../services/core/ops/health-line.ts';
import type { StatusResult, UpdatesQueueResult } from '../../../services/core/ops/results.ts';
import type { StoredAuditEntry } from '../../../services/core/platform/audit-trail.ts';
import { cutText } from '../../../services/core/platform/foreign-text.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import type { Redact } from '../../../services/core/platform/redaction.ts';
import { byWhomText, eventText } from './audit-text.ts';
import { agoText, diagnosisCard, holderText, isQuarantined, row, sinceText, stateLine } from './fragments.ts';
import { type Html, html } from './html.ts';
import { type HttpAnswer, page } from './layout.ts';
import { textsFor } from './texts.ts';

/** Other programs may have written an entry of any size; a page has to stay small. */
const entryTextMax = 1000;
const nameMax = 200;

export interface StatusView {
  readonly locale: Locale;
  readonly live: StatusResult;
  /** By the store's clock. */
  readonly nowMs: number;
  readonly entries: readonly StoredAuditEntry[];
  readonly inboxEntries: readonly InboxEntry[];
  readonly redact: Redact;
}

export function statusPage(view: StatusView): HttpAnswer {
  const { locale, live, entries, inboxEntries } = view;
  const { status: texts } = textsFor(locale);
  const events = entries.map((entry) => eventItem(entry, view));
  const inbox = inboxEntries.map((entry) => inboxItem(entry, view));
  const main = html`<h1>${texts.title}</h1>
${stateLine(live, locale)}
${diagnosisCard(live)}
<div class="card"><dl>${facts(view)}</dl></div>
<h2>${texts.timeline}</h2>
${events.length === 0 ? html`<p>${texts.noEvents}</p>` : html`<ul class="card">${events}</ul>`}
<h2>${texts.inbox}</h2>
${inbox.length === 0 ? html`<p>${texts.noInbox}</p>` : html`<ul class="card">${inbox}</ul>`}
<p class="act"><a class="button" href="">${texts.refresh}</a></p>`;
  return page({ locale, title: texts.title, main });
}

function facts(view: StatusView): readonly Html[] {
  const { locale, live, nowMs } = view;
  const { status: texts, none, unknown } = textsFor(locale);
  const age = live.heartbeatAgeSeconds;
  const { outage, ecs, telegram } = live;
  const queue = telegram === 'reachable' ? (live.pendingUpdates ?? unknown) : texts.telegram[telegram];
  const tasks = ecs === null ? undefined : texts.tasks(ecs.running, ecs.desired);
  const rows = [row(texts.polls, pollerText(view))];
  if (live.lock !== null) rows.push(row(texts.lock, lockText(live.lock, locale)));
  rows.push(
    row(texts.heartbeat, age === null ? none : agoText(nowMs - age * 1000, nowMs, locale)),
    row(texts.outage, outage === null ? texts.noOutage : sinceText(Date.parse(outage.since), nowMs, locale)),
  );
  if (live.state === 'handlers-failing' && live.since !== null) {
    rows.push(row(texts.handlersFailing, sinceText(Date.parse(live.since), nowMs, locale)));
  }
  if (live.updatesQueue !== undefined) rows.push(...queueRows(live.updatesQueue, locale));
  const told = toldText(live, nowMs, locale);
  if (told !== undefined) rows.push(row(texts.told, told));
  const snoozed = snoozeText(live, locale);
  if (snoozed !== undefined) rows.push(row(texts.alerts, snoozed));
  // While something is wrong, the diagnosis shows the rest.
  if (live.diagnosis.length > 0) return rows;
  rows.push(row(texts.queue, queue));
  if (live.webhookSet === true) rows.push(row(texts.webhook, texts.isSet));
  if (tasks !== undefined) rows.push(row('ECS', ecs?.deploying ? `${tasks}, ${texts.deploying}` : tasks));
  return rows;
}

/** One row for each consumer: who is silent must be seen. */
function queueRows({ queue, problem, consumers }: UpdatesQueueResult, locale: Locale): readonly Html[] {
  const { queueMode: texts } = textsFor(locale).status;
  const duration = (seconds: number): string => durationText(seconds * 1000, locale);
  const depth =
    queue === null
      ? (problem ?? '')
      : texts.depth(queue.visible, queue.inFlight, queue.deadLetters?.messages ?? 0);
  const shown = consumers.map(({ consumer, ageSeconds, isLate, lagSeconds }) =>
    row(cutText(consumer, nameMax), texts.consumer(duration(ageSeconds), isLate, duration(lagSeconds))),
  );
  return [row(texts.title, depth), ...(shown.length === 0 ? [row(texts.consumers, texts.none)] : shown)];
}

function pollerText({ live, locale, nowMs }: StatusView): string {
  const { status: texts } = textsFor(locale);
  const holder = holderText(live);
  if (holder === undefined) return texts.nobody;
  if (isQuarantined(live)) return texts.quarantine;
  const sinceMs = Date.parse(live.lock?.since ?? '');
  return Number.isNaN(sinceMs) ? holder : `${holder}; ${sinceText(sinceMs, nowMs, locale)}`;
}

function lockText({ ttlSeconds, revoked }: NonNullable<StatusResult['lock']>, locale: Locale): string {
  const { status: texts } = textsFor(locale);
  const expiry =
    ttlSeconds === null ? texts.withoutExpiry : texts.expires(durationText(ttlSeconds * 1000, locale));
  return revoked ? `${texts.revoked}; ${expiry}` : expiry;
}

function eventItem(entry: StoredAuditEntry, { locale, nowMs, redact }: StatusView): Html {
  const ago = agoText(Number(entry.id.split('-')[0]), nowMs, locale);
  return html`<li><span>•</span><span>${cutText(eventText(entry.event, locale), nameMax)} <small>${ago}<br>${cutText(redact(byWhomText(entry, locale)), entryTextMax)}</small></span></li>`;
}

function inboxItem({ title, text, ts, read }: InboxEntry, { locale, nowMs, redact }: StatusView): Html {
  const atMs = Date.parse(ts);
  const ago = Number.isNaN(atMs) ? '' : agoText(atMs, nowMs, locale);
  return html`<li><span>${read ? '○' : '●'}</span><span>${cutText(redact(title), nameMax)} <small>${ago}</small><br><small class="lines">${cutText(redact(text), entryTextMax)}</small></span></li>`;
}
