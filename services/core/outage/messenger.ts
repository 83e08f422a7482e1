/**
 * Turns a claim into a message and hands it to its channel.
 *
 * Texts are made when they are sent, not when the outage opens: what is told after a retry is still true.
 */
import type { AuditTrail } from '../audit.ts';
import { EcsError, type WorkerService } from '../ecs/worker-service.ts';
import type { InboxStore } from '../notifications/inbox-store.ts';
import { generalNotice, noticeSubjects } from '../notifications/notice-texts.ts';
import { noticeKeptMs } from '../notifications/notices.ts';
import { type Notification, notificationType } from '../notifications/notification.ts';
import { alertNotice, type Notice, recoveryNotice } from '../notifications/outage-notices.ts';
import { type AlertTopic, sendTelegram, sendToInbox, sendToTopic } from '../notifications/senders.ts';
import type { AlertLinks, LinkButton } from '../ops-links/alert-links.ts';
import type { Redact } from '../redaction.ts';
import type { Locale } from '../settings.ts';
import type { BotApi } from '../telegram/bot-api.ts';
import { backOffMs } from './back-off.ts';
import type { Deliver } from './deliver.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Claim, DeliveryOutcome } from './outage-store.ts';

export interface MessengerParts {
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

export function messenger(parts: MessengerParts): Deliver {
  return async (claim, mayStillSend) => {
    if (claim.event === 'restart') return restart(parts, claim, mayStillSend);
    const outcome = await tell(parts, claim, mayStillSend);
    if (outcome.kind !== 'later') return outcome;
    return { ...outcome, delayMs: Math.max(outcome.delayMs, backOffMs(claim.attempt)) };
  };
}

async function tell(
  parts: MessengerParts,
  claim: Claim,
  mayStillSend: () => boolean,
): Promise<DeliveryOutcome> {
  const { recipient, nowMs, madeMs } = claim;
  if (claim.event === 'notice' && nowMs - madeMs > noticeKeptMs)
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
  kind: 'later',
  delayMs: 0,
  mayHaveArrived: false,
  why: 'too slow to send it before its claim ends',
};

function subjectOf({ event, notice }: Claim): string {
  if (notice !== undefined) return noticeSubjects[notice.kind];
  return event === 'reminder' || event === 'recovered' ? subjects[event] : subjects.down;
}

/** Links repair an outage: whoever is told "back", or of something else, has none to repair. */
async function buttonsFor({ links }: MessengerParts, claim: Claim): Promise<readonly LinkButton[]> {
  if (links === undefined || (claim.event !== 'down' && claim.event !== 'reminder')) return [];
  return links.buttons(claim.recipient.address, claim.outageId);
}

async function noticeFor(parts: MessengerParts, claim: Claim): Promise<Notice> {
  // What the inbox shows is recognised by its id, so a repeat is never seen there.
  const possibleRepeat = claim.possibleRepeat && claim.recipient.channel !== 'IN_APP';
  const { sinceMs, nowMs } = claim;
  if (claim.notice !== undefined) return generalNotice({ ...claim.notice, possibleRepeat }, parts.locale);
  if (claim.event === 'recovered') {
    return recoveryNotice({ sinceMs, recoveredMs: claim.recoveredMs ?? nowMs, possibleRepeat }, parts.locale);
  }
  const alert = {
    event: claim.event === 'reminder' ? ('reminder' as const) : ('down' as const),
    silentMs: nowMs - sinceMs,
    diagnosis: await parts.diagnosis(),
    possibleRepeat,
    noSuperadmins: parts.superadminIds.length === 0,
  };
  return alertNotice(alert, parts.locale);
}

function asNotification(claim: Claim, notice: Notice, redact: Redact): Notification {
  const event = claim.event === 'reminder' ? `reminder-${claim.number}` : claim.event;
  return {
    id: `${claim.outageId}:${event}`,
    type: notificationType,
    ...notice,
    text: redact(notice.text),
    ts: new Date(claim.madeMs).toISOString(),
    read: false,
  };
}

/** At most once an outage: a restart that may have happened is not repeated, and none cuts into a deployment. */
async function restart(
  { ecs, audit }: MessengerParts,
  claim: Claim,
  mayStillRestart: () => boolean,
): Promise<DeliveryOutcome> {
  if (ecs === undefined) return { kind: 'dead', why: 'ECS is not configured any more' };
  if (claim.possibleRepeat) return { kind: 'dead', why: 'an earlier attempt may have worked' };
  try {
    const { deploying, desired } = await ecs.describe();
    const wait = { kind: 'later', delayMs: 0, mayHaveArrived: false } as const;
    if (deploying) return { ...wait, why: 'a deployment is under way' };
    if (desired === 0) return { kind: 'dead', why: 'the service is switched off' };
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    return { kind: 'later', delayMs: 0, mayHaveArrived: false, why: error.message };
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
    return { kind: 'later', delayMs: 0, mayHaveArrived: true, why: error.message };
  }
}
