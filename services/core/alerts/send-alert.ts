/**
 * Turns a claim into a message and hands it to its channel.
 *
 * Texts are made when they are sent, not when the outage opens: what is told after a retry is still true.
 */

import type { Diagnosis } from '../outage/diagnosis.ts';
import type { AuditTrail } from '../platform/audit-trail.ts';
import type { BotApi } from '../platform/bot-api.ts';
import type { Locale } from '../platform/locale.ts';
import type { Redact } from '../platform/redaction.ts';
import { EcsError, type WorkerService } from '../platform/worker-service.ts';
import type { AlertLinks, LinkButton } from './alert-links.ts';
import { type AlertMessage, alertMessage, recoveryMessage } from './alert-text.ts';
import { backOffMs } from './back-off.ts';
import { type AlertTopic, sendTelegram, sendToInbox, sendToTopic } from './channels.ts';
import type { Deliver } from './deliver-due.ts';
import type { Claim, DeliveryOutcome } from './delivery-store.ts';
import { alertType, type InboxEntry } from './inbox-entry.ts';
import type { InboxStore } from './inbox-store.ts';
import { warningMessage, warningSubjects } from './warning-text.ts';
import { warningKeptMs } from './warnings.ts';

export interface SendAlertDeps {
  readonly inbox: InboxStore;
  readonly audit: AuditTrail;
  readonly telegram: BotApi;
  readonly topic: AlertTopic | undefined;
  readonly ecs: WorkerService | undefined;
  readonly superadminIds: readonly string[];
  readonly locale: Locale;
  readonly redact: Redact;
  /** Undefined: one-tap links are off. */
  readonly links?: AlertLinks | undefined;
  /** Asked at most once a run, and only when an alert is to be told. */
  readonly diagnosis: () => Promise<Diagnosis>;
}

/** An SNS subject is ASCII. */
const subjects = {
  down: 'StaffProBot is down',
  reminder: 'StaffProBot is still down',
  recovered: 'StaffProBot works again',
} as const;

export function alertSender(parts: SendAlertDeps): Deliver {
  return async (claim, mayStillSend) => {
    if (claim.event === 'restart') return restart(parts, claim, mayStillSend);
    const outcome = await tell(parts, claim, mayStillSend);
    if (outcome.kind !== 'retry') return outcome;
    return { ...outcome, delayMs: Math.max(outcome.delayMs, backOffMs(claim.attempt)) };
  };
}

async function tell(
  parts: SendAlertDeps,
  claim: Claim,
  mayStillSend: () => boolean,
): Promise<DeliveryOutcome> {
  const { recipient, nowMs, madeMs } = claim;
  if (claim.event === 'notice' && nowMs - madeMs > warningKeptMs)
    return { kind: 'dead', why: 'no news any more' };
  const notification = asNotification(claim, await noticeFor(parts, claim), parts.redact);
  const buttons = recipient.channel === 'TELEGRAM' ? await buttonsFor(parts, claim) : [];
  if (!mayStillSend()) return tooLate;
  switch (recipient.channel) {
    case 'IN_APP':
      return sendToInbox(parts.inbox, recipient.address, notification);
    case 'TELEGRAM':
      return sendTelegram(parts.telegram, recipient.address, notification, buttons);
    case 'SNS':
      return sendToTopic(parts.topic, subjectOf(claim), notification);
    case 'RESTART':
      return { kind: 'dead', why: 'nobody is told anything through RESTART' };
  }
}

/** Another run may have it by now. */
const tooLate: DeliveryOutcome = {
  kind: 'retry',
  delayMs: 0,
  mayHaveArrived: false,
  why: 'too slow to send it before its claim ends',
};

function subjectOf({ event, warning }: Claim): string {
  if (warning !== undefined) return warningSubjects[warning.kind];
  return event === 'reminder' || event === 'recovered' ? subjects[event] : subjects.down;
}

/** Links repair an outage: whoever is told "back", or of something else, has none to repair. */
async function buttonsFor({ links }: SendAlertDeps, claim: Claim): Promise<readonly LinkButton[]> {
  if (links === undefined || (claim.event !== 'down' && claim.event !== 'reminder')) return [];
  return links.buttons(claim.recipient.address, claim.outageId);
}

async function noticeFor(parts: SendAlertDeps, claim: Claim): Promise<AlertMessage> {
  // What the inbox shows is recognised by its id, so a repeat is never seen there.
  const possibleRepeat = claim.possibleRepeat && claim.recipient.channel !== 'IN_APP';
  const { sinceMs, nowMs } = claim;
  if (claim.warning !== undefined) return warningMessage({ ...claim.warning, possibleRepeat }, parts.locale);
  if (claim.event === 'recovered') {
    return recoveryMessage(
      { sinceMs, recoveredMs: claim.recoveredMs ?? nowMs, possibleRepeat },
      parts.locale,
    );
  }
  const alert = {
    event: claim.event === 'reminder' ? ('reminder' as const) : ('down' as const),
    silentMs: nowMs - sinceMs,
    diagnosis: await parts.diagnosis(),
    possibleRepeat,
    noSuperadmins: parts.superadminIds.length === 0,
  };
  return alertMessage(alert, parts.locale);
}

function asNotification(claim: Claim, notice: AlertMessage, redact: Redact): InboxEntry {
  const event = claim.event === 'reminder' ? `reminder-${claim.number}` : claim.event;
  return {
    id: `${claim.outageId}:${event}`,
    type: alertType,
    ...notice,
    text: redact(notice.text),
    ts: new Date(claim.madeMs).toISOString(),
    read: false,
  };
}

/** At most once an outage: a restart that may have happened is not repeated, and none cuts into a deployment. */
async function restart(
  { ecs, audit }: SendAlertDeps,
  claim: Claim,
  mayStillRestart: () => boolean,
): Promise<DeliveryOutcome> {
  if (ecs === undefined) return { kind: 'dead', why: 'ECS is not configured any more' };
  if (claim.possibleRepeat) return { kind: 'dead', why: 'an earlier attempt may have worked' };
  try {
    const { deploying, desired } = await ecs.describe();
    const wait = { kind: 'retry', delayMs: 0, mayHaveArrived: false } as const;
    if (deploying) return { ...wait, why: 'a deployment is under way' };
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
      who: 'heartbeat-monitor',
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
