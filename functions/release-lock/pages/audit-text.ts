/**
 * An audit entry in the reader's language: what happened, who did it, and why.
 *
 * Texts that this program wrote are translated; a person's own words are shown as they are.
 */
import { causeText } from '../../../services/core/alerts/diagnosis-text.ts';
import { durationText } from '../../../services/core/alerts/duration-text.ts';
import { causes } from '../../../services/core/outage/diagnosis.ts';
import { automaticActors, isLinkReason, recipientOfLink } from '../../../services/core/platform/actors.ts';
import type { StoredAuditEntry } from '../../../services/core/platform/audit-trail.ts';
import type { Locale } from '../../../services/core/platform/locale.ts';
import { type AuditReason, auditReasons } from './texts/audit-reasons.ts';
import { textsFor } from './texts.ts';

const reasonByText = new Map<string, AuditReason>(
  Object.entries(auditReasons).map(([name, text]) => [text, name as AuditReason]),
);

export function eventText(event: string, locale: Locale): string {
  const { events } = textsFor(locale).audit;
  return Object.hasOwn(events, event) ? (events[event] ?? event) : event;
}

/** `who: why`. */
export function byWhomText({ who, why }: Pick<StoredAuditEntry, 'who' | 'why'>, locale: Locale): string {
  return `${whoText(who, locale)}: ${whyText(why, locale)}`;
}

export function whoText(who: string, locale: Locale): string {
  const { audit } = textsFor(locale);
  if (who === automaticActors.monitor) return audit.monitor;
  if (who === automaticActors.ecs) return 'ECS';
  const recipient = recipientOfLink(who);
  if (recipient !== undefined) return audit.linkOf(recipient);
  const [, host, pid, env] = /^host (.+), pid (.+), environment (.+)$/s.exec(who) ?? [];
  return host === undefined ? who : `${host}, pid ${pid}, ${env}`;
}

function whyText(why: string, locale: Locale): string {
  const { audit } = textsFor(locale);
  const reason = reasonByText.get(why);
  if (reason !== undefined) return audit.reasons[reason];
  const [, seconds, causeName] = /^no heartbeat for (\d+) s: ([a-z-]+)$/.exec(why) ?? [];
  const cause = causes.find((known) => known === causeName);
  if (cause !== undefined) {
    return audit.noHeartbeat(durationText(Number(seconds) * 1000, locale), causeText(cause, locale));
  }
  const [, stopReason] = /^its task stopped: (.+)$/s.exec(why) ?? [];
  if (stopReason !== undefined) return audit.taskStopped(stopReason);
  return isLinkReason(why) ? audit.oneTapLink : why;
}
