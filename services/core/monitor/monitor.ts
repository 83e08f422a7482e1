/**
 * One run of the heartbeat monitor: look, decide, change, deliver.
 *
 * Guarantees: when all is well a run is one script; a store that cannot be read fails the run (that is *unknown*,
 * not *down*); concurrent and repeated runs agree through the store's scripts alone.
 * Assumes to be run about once a minute; what one run cannot send, the next one does.
 */

import type { AlertLinks } from '../alerts/alert-links.ts';
import { type AlertTopic, telegramSendTimeoutMs } from '../alerts/channels.ts';
import { type DeliveryCounts, deliverDue } from '../alerts/deliver-due.ts';
import { claimMs } from '../alerts/delivery-store.ts';
import type { InboxStore } from '../alerts/inbox-store.ts';
import type { Recipient } from '../alerts/recipients.ts';
import { peopleAmong } from '../alerts/recipients.ts';
import { alertSender } from '../alerts/send-alert.ts';
import { warningsDue } from '../alerts/warning-detector.ts';
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { type Diagnosis, diagnose } from '../outage/diagnosis.ts';
import type { OutageSettings } from '../outage/outage.ts';
import { type Change, decide, isMalformed, type Verdict } from '../outage/outage-detector.ts';
import { probeEcs, probeTelegram, probeTimeoutMs } from '../outage/probes.ts';
import type { AuditTrail } from '../platform/audit-trail.ts';
import type { BotApi } from '../platform/bot-api.ts';
import type { Locale } from '../platform/locale.ts';
import type { Logger } from '../platform/logger.ts';
import type { Random } from '../platform/random.ts';
import type { Redact } from '../platform/redaction.ts';
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
  /** Applied to all that is told: errors of libraries may hold what nobody should read. */
  readonly redact: Redact;
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
/** What must be left for one more message: claim it, find out the cause, make its links, send it, settle it, look again. */
export const deliveryReserveMs = probeTimeoutMs + telegramSendTimeoutMs + 4 * storeTimeoutMs + 1000;
/** How often a run looks again when the heartbeat changed under its decision. */
const looksMax = 3;

export async function runMonitor(
  ports: MonitorPorts,
  settings: MonitorSettings,
  remainingMs: () => number,
): Promise<MonitorReport> {
  const { observation, verdict, changed } = await lookAndChange(ports, settings);
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

interface Look {
  readonly observation: BotObservation;
  readonly verdict: Verdict;
  readonly changed: boolean;
}

async function lookAndChange(ports: MonitorPorts, settings: MonitorSettings): Promise<Look> {
  let look: Look | undefined;
  for (let looks = 0; looks < looksMax; looks += 1) {
    const observation = await ports.outages.observe({ noteRun: true });
    const { memory, heartbeat, nowMs } = observation;
    // Without ECS there is nothing to restart.
    const autoRestartMs = ports.ecs === undefined ? 0 : settings.autoRestartMs;
    const { verdict, changes } = decide(memory, heartbeat, { ...settings, autoRestartMs }, nowMs);
    look = { observation, verdict, changed: changes.length > 0 };
    let stillTrue = true;
    for (const change of changes) {
      stillTrue = stillTrue && (await apply(change, observation, ports, settings));
    }
    if (stillTrue) return look;
  }
  if (look === undefined) throw new Error('a monitor run looks at least once');
  ports.logger.warn('the heartbeat kept changing while it was judged; the next run decides');
  return look;
}

/** False when the heartbeat is not the judged one any more. */
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
      const { cause } = storeDiagnosis(observation, settings);
      const why = `no heartbeat for ${silentSeconds} s: ${cause}`;
      const id = `outage-${ports.random.token()}`;
      const result = await outages.open(heartbeat, { id, sinceMs: change.sinceMs, recipients, why });
      if (result === 'done') logger.error('the bot is down', { outage: id, why });
      return result !== 'conflict';
    }
  }
}

/** True when there may be something to deliver. */
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
      logger.warn('a notice is raised', { notice: change.warning.kind, ...change.warning.params });
    }
  }
  return raised;
}

function recipientsOf(
  { topic, logger }: MonitorPorts,
  { superadminIds }: MonitorSettings,
): readonly Recipient[] {
  if (superadminIds.length === 0) {
    logger.error('SUPERADMIN_TELEGRAM_IDS is empty: nobody is told in Telegram or in the app', {
      topic: topic === undefined ? 'none either' : 'is told',
    });
  }
  const people = peopleAmong(superadminIds);
  return topic === undefined ? people : [...people, { channel: 'SNS', address: 'topic' }];
}

/** What can be said without asking anybody but the store. */
function storeDiagnosis(observation: BotObservation, settings: MonitorSettings): Diagnosis {
  const { heartbeat, held, nowMs } = observation;
  return diagnose({
    heartbeat,
    heartbeatMalformed: isMalformed(heartbeat, settings, nowMs),
    held,
    telegram: { kind: 'not-asked' },
    ecs: { kind: 'unknown' },
  });
}

async function deliver(
  ports: MonitorPorts,
  settings: MonitorSettings,
  observation: BotObservation,
  remainingMs: () => number,
): Promise<DeliveryCounts> {
  const { heartbeat, held, nowMs } = observation;
  let asked: Promise<Diagnosis> | undefined;
  const fullDiagnosis = (): Promise<Diagnosis> => {
    asked ??= (async () => {
      const [telegram, ecs] = await Promise.all([probeTelegram(ports.telegram), probeEcs(ports.ecs)]);
      const heartbeatMalformed = isMalformed(heartbeat, settings, nowMs);
      return diagnose({ heartbeat, heartbeatMalformed, held, telegram, ecs });
    })();
    return asked;
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
