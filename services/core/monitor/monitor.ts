/**
 * One run of the heartbeat monitor: observe, decide, change, deliver.
 *
 * Guarantees: a run is one script while all is well; one lost answer is no failure; a run fails if the store cannot be
 * read (that is *unknown*, not *down*); concurrent and repeated runs agree through the store's scripts alone.
 * Assumes to be run about once a minute: the next run sends what this one could not.
 */

import type { AlertLinks } from '../alerts/alert-links.ts';
import { type AlertTopic, telegramSendTimeoutMs } from '../alerts/channels.ts';
import { type DeliveryCounts, deliverDue } from '../alerts/deliver-due.ts';
import { claimMs } from '../alerts/delivery-store.ts';
import type { InboxStore } from '../alerts/inbox-store.ts';
import type { Recipient } from '../alerts/recipients.ts';
import { personalRecipients } from '../alerts/recipients.ts';
import { alertSender } from '../alerts/send-alert.ts';
import { warningsDue } from '../alerts/warning-detector.ts';
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { type Diagnosis, diagnose } from '../outage/diagnosis.ts';
import type { OutageSettings } from '../outage/outage.ts';
import { type Change, decide, isMalformed, type Verdict } from '../outage/outage-detector.ts';
import { probeEcs, probeTelegram, probeTimeoutMs } from '../outage/probes.ts';
import type { AuditTrail } from '../platform/audit-trail.ts';
import type { BotApi } from '../platform/bot-api.ts';
import type { EnvironmentName } from '../platform/environment-name.ts';
import type { Locale } from '../platform/locale.ts';
import type { Logger } from '../platform/logger.ts';
import type { Random } from '../platform/random.ts';
import type { Redact } from '../platform/redaction.ts';
import { repeatOnce } from '../platform/repeat-once.ts';
import type { WorkerService } from '../platform/worker-service.ts';
import type { BotObservation, OutageStore } from './outage-store.ts';

export interface MonitorPorts {
  readonly outages: OutageStore;
  readonly inbox: InboxStore;
  readonly audit: AuditTrail;
  readonly telegram: BotApi;
  readonly topic: AlertTopic | undefined;
  readonly ecs: WorkerService | undefined;
  readonly random: Random;
  readonly logger: Logger;
  /** Applied to every text that is sent: errors of libraries may contain secrets. */
  readonly redact: Redact;
  /** Of the bot that is watched; undefined if nothing names it. */
  readonly environment?: EnvironmentName | undefined;
  /** Undefined: one-tap links are off. */
  readonly links?: AlertLinks | undefined;
}

export interface MonitorSettings extends OutageSettings {
  readonly superadminIds: readonly string[];
  readonly locale: Locale;
}

export interface MonitorReport {
  readonly verdict: Verdict['kind'];
  readonly heartbeatAgeSeconds: number | null;
  readonly outageId: string | null;
  readonly delivered: DeliveryCounts;
  readonly unfinishedDeliveries: number;
  readonly oldestUndeliveredSeconds: number;
}

/** How long one call to the store may take, as the functions set it up. */
export const storeTimeoutMs = 3000;
/** The time that one more message needs: claim it, diagnose, make its links, send it, settle it, observe again. */
export const deliveryReserveMs = 2 * probeTimeoutMs + telegramSendTimeoutMs + 5 * storeTimeoutMs + 1000;
/** A call to the store is repeated only if it and the last observation still have the time. */
const repeatReserveMs = 2 * storeTimeoutMs + 1000;
/** How often a run decides if the heartbeat changes under its decisions. */
const decisionsMax = 3;

export async function runMonitor(
  given: MonitorPorts,
  settings: MonitorSettings,
  remainingMs: () => number,
): Promise<MonitorReport> {
  const outages = repeatOnce(given.outages, () => remainingMs() > repeatReserveMs);
  const ports = { ...given, outages };
  const { observation, verdict, changed } = await decideAndChange(ports, settings);
  const raised = await raiseWarnings(ports, settings, observation);
  const idle = !changed && !raised && observation.unfinishedDeliveries === 0;
  const delivered = idle
    ? { sent: 0, later: 0, dead: 0 }
    : await deliver(ports, settings, observation, remainingMs);
  const after = idle ? observation : await ports.outages.observe({ noteRun: false });
  const { outage } = after.memory;
  const oldestMs = after.oldestUnfinishedMs;
  return {
    verdict: verdict.kind,
    heartbeatAgeSeconds: heartbeatAgeSeconds(after.heartbeat, after.nowMs),
    outageId: outage?.state === 'open' ? outage.id : null,
    delivered,
    unfinishedDeliveries: after.unfinishedDeliveries,
    oldestUndeliveredSeconds: oldestMs === null ? 0 : Math.max(0, (after.nowMs - oldestMs) / 1000),
  };
}

interface Decided {
  readonly observation: BotObservation;
  readonly verdict: Verdict;
  readonly changed: boolean;
}

async function decideAndChange(ports: MonitorPorts, settings: MonitorSettings): Promise<Decided> {
  let decided: Decided | undefined;
  for (let decisions = 0; decisions < decisionsMax; decisions += 1) {
    const observation = await ports.outages.observe({ noteRun: true });
    const { memory, heartbeat, nowMs } = observation;
    // Without ECS there is nothing to restart.
    const autoRestartMs = ports.ecs === undefined ? 0 : settings.autoRestartMs;
    const { verdict, changes } = decide(memory, heartbeat, { ...settings, autoRestartMs }, nowMs);
    decided = { observation, verdict, changed: changes.length > 0 };
    let isCurrent = true;
    for (const change of changes) {
      isCurrent = isCurrent && (await apply(change, observation, ports, settings));
    }
    if (isCurrent) return decided;
  }
  if (decided === undefined) throw new Error('a monitor run decides at least once');
  ports.logger.warn('the heartbeat kept changing during the run; the next run decides');
  return decided;
}

/** False if the heartbeat is no longer the observed one. */
async function apply(
  change: Change,
  observation: BotObservation,
  ports: MonitorPorts,
  settings: MonitorSettings,
): Promise<boolean> {
  const { outages, logger } = ports;
  const { heartbeat, nowMs } = observation;
  switch (change.kind) {
    case 'mark-malformed':
      return (await outages.markHeartbeat(heartbeat, change.malformed)) === 'done';
    case 'recover': {
      const result = await outages.recover(heartbeat, { id: change.outageId, why: 'a fresh heartbeat' });
      if (result === 'done') logger.info('the outage is over', { outage: change.outageId });
      return result === 'done';
    }
    case 'remind':
      await outages.remind(change.outageId, change.number);
      return true;
    case 'restart':
      await outages.planRestart(change.outageId);
      return true;
    case 'open': {
      const recipients = recipientsOf(ports, settings);
      const silentSeconds = Math.floor((nowMs - change.sinceMs) / 1000);
      const { cause } = storeDiagnosis(observation, ports, settings);
      const why = `no heartbeat for ${silentSeconds} s: ${cause}`;
      const id = `outage-${ports.random.token()}`;
      const result = await outages.open(heartbeat, { id, sinceMs: change.sinceMs, recipients, why });
      if (result === 'done') logger.error('the bot is down', { outage: id, why });
      return result !== 'conflict';
    }
  }
}

/** True if a warning was raised. */
async function raiseWarnings(
  ports: MonitorPorts,
  settings: MonitorSettings,
  observation: BotObservation,
): Promise<boolean> {
  const { outages, logger } = ports;
  let raised = false;
  for (const change of warningsDue(observation)) {
    if (change.kind === 'note') await outages.markReported(change);
    else if (await outages.raise(change.warning, recipientsOf(ports, settings))) {
      raised = true;
      logger.warn('a warning is raised', { notice: change.warning.kind, ...change.warning.params });
    }
  }
  return raised;
}

function recipientsOf(
  { topic, logger }: MonitorPorts,
  { superadminIds }: MonitorSettings,
): readonly Recipient[] {
  if (superadminIds.length === 0) {
    logger.error('SUPERADMIN_TELEGRAM_IDS is empty: nobody is alerted in Telegram or in the app', {
      topic: topic === undefined ? 'not set either' : 'alerted',
    });
  }
  const people = personalRecipients(superadminIds);
  return topic === undefined ? people : [...people, { channel: 'SNS', address: 'topic' }];
}

/** A diagnosis from the store alone, without probes. */
function storeDiagnosis(
  { heartbeat, held, nowMs }: BotObservation,
  { environment }: MonitorPorts,
  settings: MonitorSettings,
): Diagnosis {
  return diagnose({
    heartbeat,
    heartbeatMalformed: isMalformed(heartbeat, settings, nowMs),
    held,
    environment,
    telegram: { kind: 'not-asked' },
    ecs: { kind: 'unknown' },
  });
}

/** One lost answer must not name the wrong cause. */
async function askAgainIf<Facts extends { readonly kind: string }>(
  noAnswer: Facts['kind'],
  ask: () => Promise<Facts>,
): Promise<Facts> {
  const facts = await ask();
  return facts.kind === noAnswer ? ask() : facts;
}

async function deliver(
  ports: MonitorPorts,
  settings: MonitorSettings,
  observation: BotObservation,
  remainingMs: () => number,
): Promise<DeliveryCounts> {
  const { heartbeat, held, nowMs } = observation;
  const { environment } = ports;
  let probed: Promise<Diagnosis> | undefined;
  const fullDiagnosis = (): Promise<Diagnosis> => {
    probed ??= (async () => {
      const [telegram, ecs] = await Promise.all([
        askAgainIf('unreachable', () => probeTelegram(ports.telegram)),
        askAgainIf('unknown', () => probeEcs(ports.ecs)),
      ]);
      const heartbeatMalformed = isMalformed(heartbeat, settings, nowMs);
      return diagnose({ heartbeat, heartbeatMalformed, held, environment, telegram, ecs });
    })();
    return probed;
  };
  return deliverDue({
    store: ports.outages,
    random: ports.random,
    logger: ports.logger,
    send: alertSender({ ...ports, ...settings, diagnosis: fullDiagnosis }),
    remainingMs,
    reserveMs: deliveryReserveMs,
    sendWithinMs: claimMs - 2 * telegramSendTimeoutMs - storeTimeoutMs,
  });
}
