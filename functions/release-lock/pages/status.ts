/** Everything at a glance, and nothing to press but "refresh". */

import { durationText } from '../../../services/core/alerts/duration-text.ts';
import type { InboxEntry } from '../../../services/core/alerts/inbox-entry.ts';
import type { StatusResult } from '../../../services/core/ops/results.ts';
import type { StoredAuditEntry } from '../../../services/core/platform/audit-trail.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import type { Redact } from '../../../services/core/platform/redaction.ts';
import { type Html, html } from './html.ts';
import { type HttpAnswer, page } from './layout.ts';
import { diagnosisCard, holderText, momentText, row, stateLine } from './parts.ts';
import { textsFor } from './texts.ts';

export interface StatusView {
  readonly locale: Locale;
  readonly live: StatusResult;
  /** By the store's clock. */
  readonly nowMs: number;
  readonly entries: readonly StoredAuditEntry[];
  readonly notifications: readonly InboxEntry[];
  readonly redact: Redact;
}

export function statusPage(view: StatusView): HttpAnswer {
  const { locale, live, entries, notifications } = view;
  const { status: texts } = textsFor(locale);
  const events = entries.map((entry) => eventItem(entry, view));
  const notes = notifications.map((note) => noteItem(note, view));
  const main = html`<h1>${texts.title}</h1>
${stateLine(live, locale)}
${diagnosisCard(live)}
<div class="card"><dl>${facts(view)}</dl></div>
<h2>${texts.timeline}</h2>
${events.length === 0 ? html`<p>${texts.noEvents}</p>` : html`<ul class="card">${events}</ul>`}
<h2>${texts.inbox}</h2>
${notes.length === 0 ? html`<p>${texts.noInbox}</p>` : html`<ul class="card">${notes}</ul>`}
<p class="act"><a class="button" href="">${texts.refresh}</a></p>`;
  return page({ locale, title: texts.title, main });
}

function facts({ locale, live, nowMs }: StatusView): readonly Html[] {
  const { status: texts, ago, none, unknown } = textsFor(locale);
  const age = live.heartbeatAgeSeconds;
  const { outage, ecs, telegram } = live;
  const queue = telegram === 'reachable' ? (live.pendingUpdates ?? unknown) : texts.telegram[telegram];
  const tasks = ecs === null ? undefined : texts.tasks(ecs.running, ecs.desired);
  const rows = [
    row(texts.polls, pollerText({ locale, live, nowMs })),
    row(texts.heartbeat, age === null ? none : ago(durationText(age * 1000, locale))),
    row(
      texts.outage,
      outage === null ? texts.noOutage : texts.since(momentText(Date.parse(outage.since), nowMs)),
    ),
  ];
  // While it is down the diagnosis says the rest.
  if (live.diagnosis.length > 0) return rows;
  rows.push(row(texts.queue, queue));
  if (live.webhookSet === true) rows.push(row(texts.webhook, texts.isSet));
  if (tasks !== undefined) rows.push(row('ECS', ecs?.deploying ? `${tasks}, ${texts.deploying}` : tasks));
  return rows;
}

function pollerText({ live, locale, nowMs }: Pick<StatusView, 'live' | 'locale' | 'nowMs'>): string {
  const { status: texts } = textsFor(locale);
  const holder = holderText(live, locale);
  if (holder === undefined) return texts.nobody;
  const sinceMs = Date.parse(live.lock?.since ?? '');
  const parts = [holder];
  if (!Number.isNaN(sinceMs)) parts.push(texts.since(momentText(sinceMs, nowMs)));
  if (live.lock?.revoked === true) parts.push(texts.revoked);
  return parts.join('; ');
}

function eventItem({ id, event, who, why }: StoredAuditEntry, { locale, nowMs, redact }: StatusView): Html {
  const { status: texts } = textsFor(locale);
  const name = Object.hasOwn(texts.events, event) ? (texts.events[event] ?? event) : event;
  const atMs = Number(id.split('-')[0]);
  return html`<li><span>•</span><span>${name} <small>${momentText(atMs, nowMs)}<br>${redact(`${who}: ${why}`)}</small></span></li>`;
}

function noteItem({ title, text, ts, read }: InboxEntry, { nowMs, redact }: StatusView): Html {
  const atMs = Date.parse(ts);
  const moment = Number.isNaN(atMs) ? '' : momentText(atMs, nowMs);
  return html`<li><span>${read ? '○' : '●'}</span><span>${redact(title)} <small>${moment}</small><br><small class="lines">${redact(text)}</small></span></li>`;
}
