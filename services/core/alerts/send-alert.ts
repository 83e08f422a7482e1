/**
 * Sends a claimed alert through its channel, or carries out the claimed automatic restart.
 *
 * The message is built when it is sent, not when the outage opens, so a late one is still true.
 */

import type { Diagnosis } from '../outage/diagnosis.ts';
import { automaticActors } from '../platform/actors.ts';
import type { AuditTrail } from '../platform/audit-trail.ts';
import type { BotApi } from '../platform/bot-api.ts';
import type { Locale } from '../platform/locale.ts';
import type { Redact } from '../platform/redaction.ts';
import { EcsError, type WorkerService } from '../platform/worker-service.ts';
import type { AlertLinks, LinkButton } from './alert-links.ts';
import { type Alert, type AlertMessage, alertMessage, type OpenOutage } from './alert-text.ts';
import { backOffMs } from './back-off.ts';
import { type AlertTopic, sendTelegram, sendToInbox, sendToTopic } from './channels.ts';
import type { SendClaimed } from './deliver-due.ts';
import type { Claim, DeliveryOutcome } from './delivery-store.ts';
import { alertType, type InboxEntry } from './inbox-entry.ts';
import type { InboxStore } from './inbox-store.ts';
import { mailFooter, type RepairFacts } from './mail-footer.ts';
import { warningKeptMs } from './warnings.ts';

export interface SendAlertDeps {
  readonly inbox: InboxStore;
  readonly audit: AuditTrail;
  readonly telegram: BotApi;
  readonly topic: AlertTopic | undefined;
  readonly ecs: WorkerService | undefined;
  readonly superadminIds: readonly string[];
  readonly locale: Locale;
  /** What a message to the topic says to paste and to read; undefined: nothing. */
  readonly repair?: RepairFacts | undefined;
  readonly redact: Redact;
  /** Undefined: one-tap links are off. */
  readonly links?: AlertLinks | undefined;
  /** Recipients of earlier messages that Telegram refused: named to the others. */
  readonly unreachable: readonly string[];
  /** Called only for an alert about an open outage; asks the probes once per run. */
  readonly diagnosis: () => Promise<Diagnosis>;
}

export function alertSender(deps: SendAlertDeps): SendClaimed {
  return async (claim, mayStillSend) => {
    if (claim.event === 'restart') return restartWorker(deps, claim, mayStillSend);
    const outcome = await sendAlert(deps, claim, mayStillSend);
    if (outcome.kind !== 'retry') return outcome;
    return { ...outcome, delayMs: Math.max(outcome.delayMs, backOffMs(claim.attempt)) };
  };
}

async function sendAlert(
  deps: SendAlertDeps,
  claim: Claim,
  mayStillSend: () => boolean,
): Promise<DeliveryOutcome> {
  const { recipient, nowMs, madeMs } = claim;
  if (claim.warning !== undefined && nowMs - madeMs > warningKeptMs) {
    return { kind: 'dead', why: 'the warning is too old to be news' };
  }
  // The inbox stores an entry once, by its id: a repeat is never visible there.
  const possibleRepeat = claim.possibleRepeat && recipient.channel !== 'IN_APP';
  const alert = await alertOf(deps, claim);
  const message = alertMessage(alert, { locale: deps.locale, possibleRepeat });
  const entry = inboxEntry(claim, message, deps.redact);
  const buttons = recipient.channel === 'TELEGRAM' ? await buttonsFor(deps, claim) : [];
  if (!mayStillSend()) return tooLate;
  switch (recipient.channel) {
    case 'IN_APP':
      return sendToInbox(deps.inbox, recipient.address, entry);
    case 'TELEGRAM':
      return sendTelegram(deps.telegram, recipient.address, entry, buttons);
    case 'SNS':
      return sendToTopic(deps.topic, { subject: message.subject, entry, footer: footerOf(deps, alert) });
    case 'RESTART':
      return { kind: 'dead', why: 'RESTART carries no messages' };
  }
}

function footerOf({ repair, locale, redact }: SendAlertDeps, alert: Alert): string | undefined {
  const footer = repair === undefined ? undefined : mailFooter(alert, repair, locale);
  return footer === undefined ? undefined : redact(footer);
}

/** Another run may have claimed it by now. */
const tooLate: DeliveryOutcome = {
  kind: 'retry',
  delayMs: 0,
  mayHaveArrived: false,
  why: 'too late to send before the claim ends',
};

async function alertOf(deps: SendAlertDeps, claim: Claim): Promise<Alert> {
  const { event, sinceMs, recoveredMs, nowMs, warning, unstable, acknowledgedBy } = claim;
  if (warning !== undefined) return { event: 'warning', ...warning };
  const isOver = recoveredMs !== null;
  switch (event) {
    case 'recovered':
      return { event, sinceMs, recoveredMs: recoveredMs ?? nowMs, unstable };
    case 'stable':
      return { event, unstable: unstable ?? { sinceMs, outages: 1 }, recoveredMs: recoveredMs ?? nowMs };
    case 'acknowledged':
      return { event, by: acknowledgedBy ?? '' };
    case 'unstable':
      return {
        event,
        unstable: unstable ?? { sinceMs, outages: 1 },
        open: isOver ? null : await openOutage(deps, claim),
      };
    default:
      return {
        event: event === 'reminder' ? event : 'down',
        unstable,
        ...(await openOutage(deps, claim)),
      };
  }
}

async function openOutage(
  { diagnosis, superadminIds, unreachable }: SendAlertDeps,
  { nowMs, sinceMs }: Claim,
): Promise<OpenOutage> {
  return {
    silentMs: nowMs - sinceMs,
    diagnosis: await diagnosis(),
    noSuperadmins: superadminIds.length === 0,
    unreachable: unreachable.filter((id) => superadminIds.includes(id)),
  };
}

const eventsWithLinks: readonly Claim['event'][] = ['down', 'reminder', 'unstable'];

/** The links repair an outage, so only messages about an open one carry them. */
async function buttonsFor({ links }: SendAlertDeps, claim: Claim): Promise<readonly LinkButton[]> {
  if (links === undefined || claim.recoveredMs !== null || !eventsWithLinks.includes(claim.event)) return [];
  return links.buttons(claim.recipient.address, claim.outageId);
}

function inboxEntry(claim: Claim, { title, text, priority }: AlertMessage, redact: Redact): InboxEntry {
  const event = claim.event === 'reminder' ? `reminder-${claim.number}` : claim.event;
  return {
    id: `${claim.outageId}:${event}`,
    type: alertType,
    priority,
    title,
    text: redact(text),
    ts: new Date(claim.madeMs).toISOString(),
    read: false,
  };
}

/** At most once per outage: never repeats a restart that may have happened, never interrupts a deployment. */
async function restartWorker(
  { ecs, audit }: SendAlertDeps,
  claim: Claim,
  mayStillRestart: () => boolean,
): Promise<DeliveryOutcome> {
  if (ecs === undefined) return { kind: 'dead', why: 'ECS is no longer configured' };
  if (claim.possibleRepeat) return { kind: 'dead', why: 'an earlier attempt may have succeeded' };
  try {
    const { deploying, desired } = await ecs.describe();
    const wait = { kind: 'retry', delayMs: 0, mayHaveArrived: false } as const;
    if (deploying) return { ...wait, why: 'a deployment is in progress' };
    if (desired === 0) return { kind: 'dead', why: 'the service is switched off' };
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    return { kind: 'retry', delayMs: 0, mayHaveArrived: false, why: error.message };
  }
  if (!mayStillRestart()) return tooLate;
  try {
    const deployment = await ecs.restart();
    const why = 'the outage lasts longer than AUTO_RESTART_MINUTES';
    await audit.append({
      event: 'restarted',
      who: automaticActors.monitor,
      why,
      before: claim.outageId,
      after: deployment,
    });
    return { kind: 'sent' };
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    return { kind: 'retry', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
}
