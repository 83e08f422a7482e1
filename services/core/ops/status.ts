/**
 * Who polls, since when, and whether the bot is up. Changes nothing.
 *
 * Tested by: test/core/ops/actions.test.ts
 */

import { diagnosisLines } from '../alerts/diagnosis-text.ts';
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { readLockHolder } from '../lease/lock-value.ts';
import { healthOf } from '../monitor/health-of.ts';
import type { BotObservation, Snooze } from '../monitor/outage-store.ts';
import type { Diagnosis } from '../outage/diagnosis.ts';
import { verdictOf } from '../outage/outage-detector.ts';
import { type EcsFacts, probeEcs, probeTelegram, type TelegramFacts } from '../outage/probes.ts';
import { probeQueue, type QueueFacts, queueTroubles } from '../outage/queue-trouble.ts';
import { cutText } from '../platform/foreign-text.ts';
import { redactAll } from '../platform/redaction.ts';
import { EcsError, type WorkerService } from '../platform/worker-service.ts';
import { type HandlersReport, reportOfTerm } from '../updates/handlers-report.ts';
import { ecsProblem } from './ecs-problem.ts';
import { environmentProblem, environmentTraces } from './environment-guard.ts';
import type { OpsCall } from './ops-ports.ts';
import { type StatusResult, storedValueMax, type TasksResult, type UpdatesQueueResult } from './results.ts';

export async function status({
  ports,
  settings,
  telegramUnasked,
}: Pick<OpsCall, 'ports' | 'settings' | 'telegramUnasked'>): Promise<StatusResult> {
  const [observation, telegram, { ecs, ecsProblem: whyNoEcs }, queue, handlersEcs] = await Promise.all([
    ports.outages.observe({ noteRun: false }),
    telegramUnasked === undefined ? probeTelegram(ports.telegram) : notAsked,
    askEcs(ports.ecs),
    probeQueue(ports.updatesQueue),
    probeEcs(ports.handlersService),
  ]);
  const { heartbeat, memory, nowMs } = observation;
  const { environment } = ports;
  const health = healthOf(observation, settings, { environment, telegram, ecs, queue });
  const diagnosis = health.diagnosis && ofHandlers(health.diagnosis, handlersEcs);
  const handlers = reportOfTerm(observation.handlers, observation.epoch);
  const { outage } = memory;
  const { snooze } = observation;
  const mismatch = environmentProblem(environmentTraces(ports.environment, observation));
  const result: StatusResult = {
    lock: lockResult(observation),
    epoch: observation.epoch,
    heartbeatAgeSeconds: heartbeatAgeSeconds(heartbeat, nowMs),
    heartbeat: heartbeat.kind === 'absent' ? null : cutText(heartbeat.raw, storedValueMax),
    up: verdictOf(memory, heartbeat, settings, nowMs).kind === 'up',
    state: health.state,
    since: health.sinceMs === null ? null : isoText(health.sinceMs),
    told: health.toldMs === null ? null : isoText(health.toldMs),
    acknowledgedBy: outage?.state === 'open' ? (outage.acknowledged?.by ?? null) : null,
    snooze: snooze === null ? null : snoozeResult(snooze),
    unreachable: observation.unreachable,
    handlers: handlers === undefined ? null : handlersResult(handlers),
    cause: diagnosis?.cause ?? null,
    diagnosis: diagnosis ? diagnosisLines(diagnosis, settings.locale) : [],
    outage:
      outage?.state === 'open'
        ? {
            id: outage.id,
            unstableId: memory.unstable?.state === 'unstable' ? memory.unstable.id : null,
            since: isoText(outage.sinceMs),
            opened: isoText(outage.openedMs),
          }
        : null,
    telegram: telegram.kind === 'not-asked' ? 'unreachable' : telegram.kind,
    telegramProblem: telegramUnasked ?? null,
    pendingUpdates: telegram.kind === 'reachable' ? telegram.pendingUpdates : null,
    webhookSet: telegram.kind === 'reachable' ? telegram.webhookHost !== null : null,
    ecs: tasksResult(ecs),
    ecsProblem: whyNoEcs,
    ...(queue === undefined ? {} : { updatesQueue: queueResult(queue, handlersEcs, settings) }),
    environment: ports.environment ?? null,
    environmentProblem: mismatch ?? null,
  };
  return redactAll(result, ports.redact);
}

const notAsked: TelegramFacts = { kind: 'not-asked' };

/** No answer is a fact here, and so is the reason. */
async function askEcs(
  service: WorkerService | undefined,
): Promise<{ ecs: EcsFacts; ecsProblem: string | null }> {
  if (service === undefined) return { ecs: { kind: 'not-configured' }, ecsProblem: null };
  try {
    return { ecs: { kind: 'known', ...(await service.describe()) }, ecsProblem: null };
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    return { ecs: { kind: 'unknown' }, ecsProblem: ecsProblem(error) };
  }
}

function snoozeResult({ untilMs, who, why }: Snooze): NonNullable<StatusResult['snooze']> {
  return { until: isoText(untilMs), who, why };
}

function handlersResult({
  failed,
  handled,
  lastError,
  atMs,
}: HandlersReport): NonNullable<StatusResult['handlers']> {
  return { failed, handled, lastError, at: isoText(atMs) };
}

const nameMax = 300;

function lockResult({ held, revoked }: BotObservation): StatusResult['lock'] {
  if (held === undefined) return null;
  const { host, pid, env, ts } = readLockHolder(held.value);
  return {
    value: cutText(held.value, storedValueMax),
    host: host === undefined ? null : cutText(host, nameMax),
    pid: pid ?? null,
    env: env === undefined ? null : cutText(env, nameMax),
    since: ts === undefined ? null : cutText(ts, nameMax),
    ttlSeconds: held.ttlMs === null ? null : held.ttlMs / 1000,
    revoked: revoked === held.value,
  };
}

function tasksResult(ecs: EcsFacts): TasksResult | null {
  if (ecs.kind !== 'known') return null;
  const { kind: _, ...tasks } = ecs;
  return tasks;
}

/** While the bot polls and its handlers do not keep up, their tasks are what counts. */
function ofHandlers(diagnosis: Diagnosis, ecs: EcsFacts): Diagnosis {
  return queueTroubles.some((trouble) => trouble === diagnosis.cause) ? { ...diagnosis, ecs } : diagnosis;
}

function queueResult(
  { view, problem, consumers }: QueueFacts,
  ecs: EcsFacts,
  { lateMs }: Pick<OpsCall['settings'], 'lateMs'>,
): UpdatesQueueResult {
  return {
    queue: view ?? null,
    problem,
    consumers: consumers.map(({ ageMs, lagMs, ...rest }) => {
      return { ...rest, ageSeconds: ageMs / 1000, isLate: ageMs > lateMs, lagSeconds: lagMs / 1000 };
    }),
    tasks: tasksResult(ecs),
  };
}

function isoText(ms: number): string {
  return new Date(ms).toISOString();
}
