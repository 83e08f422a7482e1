/**
 * One run of the heartbeat monitor: observe, decide, change, deliver.
 *
 * Guarantees: a run is one script while all is well, and in queue mode a look at the queue and its consumers; one lost answer is no failure; a run fails if the store cannot be
 * read (that is *unknown*, not *down*); concurrent and repeated runs agree through the store's scripts alone.
 * Assumes to be run about once a minute: the next run sends what this one could not.
 */

import { telegramSendTimeoutMs } from '../alerts/channels.ts';
import { type DeliveryCounts, deliverDue } from '../alerts/deliver-due.ts';
import { claimMs } from '../alerts/delivery-store.ts';
import { alertSender } from '../alerts/send-alert.ts';
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { type Diagnosis, diagnose } from '../outage/diagnosis.ts';
import { isMalformed, type Verdict } from '../outage/outage-detector.ts';
import { probeEcs, probeTelegram, probeTimeoutMs } from '../outage/probes.ts';
import { repeatOnce } from '../platform/repeat-once.ts';
import { decideAndChange } from './decide-and-change.ts';
import type { MonitorPorts, MonitorSettings } from './monitor-ports.ts';
import type { BotObservation } from './outage-store.ts';
import { raiseWarnings, stillUnreachable } from './raise-warnings.ts';
import { watchQueue } from './watch-queue.ts';

export interface MonitorReport {
  readonly verdict: Verdict['kind'];
  readonly heartbeatAgeSeconds: number | null;
  readonly outageId: string | null;
  readonly delivered: DeliveryCounts;
  readonly unfinishedDeliveries: number;
  readonly oldestUndeliveredSeconds: number;
  /** Superadmins whom no message in Telegram can reach. */
  readonly unreachable: readonly string[];
}

/** How long one call to the store may take, as the functions set it up. */
export const storeTimeoutMs = 3000;
/** The time that one more message needs: claim it, diagnose, make its links, send it, settle it, observe again. */
export const deliveryReserveMs = 2 * probeTimeoutMs + telegramSendTimeoutMs + 5 * storeTimeoutMs + 1000;
/** A call to the store is repeated only if it and the last observation still have the time. */
const repeatReserveMs = 2 * storeTimeoutMs + 1000;

export async function runMonitor(
  given: MonitorPorts,
  settings: MonitorSettings,
  remainingMs: () => number,
): Promise<MonitorReport> {
  const hasTime = (): boolean => remainingMs() > repeatReserveMs;
  // An audit entry that stands twice is better than one that is missing.
  const ports = {
    ...given,
    outages: repeatOnce(given.outages, hasTime),
    audit: repeatOnce(given.audit, hasTime),
    updatesQueue: given.updatesQueue && {
      ...given.updatesQueue,
      consumers: repeatOnce(given.updatesQueue.consumers, hasTime),
    },
  };
  const { observation, verdict, changed } = await decideAndChange(ports, settings);
  const superadmins = observation.unreachable.filter((id) => settings.superadminIds.includes(id));
  const unreachable = await stillUnreachable(ports, superadmins);
  const queueSeen = await watchQueue(ports, settings, observation);
  const raised = await raiseWarnings(ports, settings, { ...observation, unreachable, queueSeen });
  const idle = !changed && !raised && observation.unfinishedDeliveries === 0;
  const delivered = idle
    ? { sent: 0, later: 0, dead: 0 }
    : await deliver(ports, settings, { ...observation, unreachable }, remainingMs);
  const after = idle ? { ...observation, unreachable } : await ports.outages.observe({ noteRun: false });
  const { outage } = after.memory;
  // A snooze holds alerts back on purpose.
  const oldestMs = after.snooze === null ? after.oldestUnfinishedMs : null;
  return {
    verdict: verdict.kind,
    heartbeatAgeSeconds: heartbeatAgeSeconds(after.heartbeat, after.nowMs),
    outageId: outage?.state === 'open' ? outage.id : null,
    delivered,
    unfinishedDeliveries: after.unfinishedDeliveries,
    oldestUndeliveredSeconds: oldestMs === null ? 0 : Math.max(0, (after.nowMs - oldestMs) / 1000),
    unreachable: after.unreachable.filter((id) => settings.superadminIds.includes(id)),
  };
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
    send: alertSender({
      ...ports,
      ...settings,
      unreachable: observation.unreachable,
      diagnosis: fullDiagnosis,
    }),
    remainingMs,
    reserveMs: deliveryReserveMs,
    sendWithinMs: claimMs - 2 * telegramSendTimeoutMs - storeTimeoutMs,
  });
}
