/**
 * One run of the heartbeat monitor: look, decide, change, deliver.
 *
 * Guarantees: when all is well a run is one script; a store that cannot be read fails the run (that is *unknown*,
 * not *down*); concurrent and repeated runs agree through the store's scripts alone.
 * Assumes to be run about once a minute; what one run cannot send, the next one does.
 */
import type { AuditTrail } from '../audit.ts';
import type { WorkerService } from '../ecs/worker-service.ts';
import { heartbeatAgeSeconds } from '../heartbeat/heartbeat.ts';
import type { Logger } from '../logger.ts';
import type { InboxStore } from '../notifications/inbox-store.ts';
import { noticesDue } from '../notifications/notice-detector.ts';
import { peopleAmong } from '../notifications/notices.ts';
import { type AlertTopic, telegramSendTimeoutMs } from '../notifications/senders.ts';
import type { AlertLinks } from '../ops-links/alert-links.ts';
import type { Random } from '../random.ts';
import type { Redact } from '../redaction.ts';
import type { Locale } from '../settings.ts';
import type { BotApi } from '../telegram/bot-api.ts';
import { type DeliveryCounts, deliverDue } from './deliver.ts';
import { type Diagnosis, diagnose } from './diagnosis.ts';
import { probeEcs, probeTelegram, probeTimeoutMs } from './facts.ts';
import { messenger } from './messenger.ts';
import type { OutageSettings, Recipient } from './outage.ts';
import { type Change, decide, isMalformed, type Verdict } from './outage-detector.ts';
import { type BotObservation, claimMs, type OutageStore } from './outage-store.ts';

export interface MonitorPorts {
  readonly store: OutageStore;
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
  const raised = await raiseNotices(ports, settings, observation);
  const idle = !changed && !raised && observation.unfinishedDeliveries === 0;
  const delivered = idle
    ? { sent: 0, later: 0, dead: 0 }
    : await deliver(ports, settings, observation, remainingMs);
  const after = idle ? observation : await ports.store.observe({ noteRun: false });
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
    const observation = await ports.store.observe({ noteRun: true });
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
  const { store, logger } = ports;
  const { heartbeat, nowMs } = observation;
  switch (change.kind) {
    case 'mark-malformed':
      return (await store.markHeartbeat(heartbeat, change.malformed)) === 'done';
    case 'recover': {
      const result = await store.recover(heartbeat, { id: change.outageId, why: 'a fresh heartbeat' });
      if (result === 'done') logger.info('the outage is over', { outage: change.outageId });
      return result === 'done';
    }
    case 'remind':
      await store.remind(change.outageId, change.number);
      return true;
    case 'restart':
      await store.planRestart(change.outageId);
      return true;
    case 'open': {
      const recipients = recipientsOf(ports, settings);
      const silentSeconds = Math.floor((nowMs - change.sinceMs) / 1000);
      const { cause } = storeDiagnosis(observation, settings);
      const why = `no heartbeat for ${silentSeconds} s: ${cause}`;
      const id = `outage-${ports.random.token()}`;
      const result = await store.open(heartbeat, { id, sinceMs: change.sinceMs, recipients, why });
      if (result === 'done') logger.error('the bot is down', { outage: id, why });
      return result !== 'changed';
    }
  }
}

/** True when there may be something to deliver. */
async function raiseNotices(
  ports: MonitorPorts,
  settings: MonitorSettings,
  observation: BotObservation,
): Promise<boolean> {
  const { store, logger } = ports;
  let raised = false;
  for (const change of noticesDue(observation)) {
    if (change.kind === 'note') await store.noteTold(change);
    else if (await store.raise(change.notice, recipientsOf(ports, settings))) {
      raised = true;
      logger.warn('a notice is raised', { notice: change.notice.kind, ...change.notice.params });
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
    store: ports.store,
    random: ports.random,
    logger: ports.logger,
    deliver: messenger({ ...ports, ...settings, diagnosis: fullDiagnosis }),
    remainingMs,
    reserveMs: deliveryReserveMs,
    sendWithinMs: claimMs - 2 * telegramSendTimeoutMs - storeTimeoutMs,
  });
}
