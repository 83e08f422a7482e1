/**
 * Who polls, since when, and whether the bot is up. Changes nothing.
 *
 * Tested by: test/core/ops/actions.test.ts
 */

import { diagnosisLines } from '../alerts/alert-text.ts';
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import { readLockHolder } from '../lease/lock-value.ts';
import type { BotObservation } from '../monitor/outage-store.ts';
import { diagnose } from '../outage/diagnosis.ts';
import { decide, isMalformed } from '../outage/outage-detector.ts';
import { type EcsFacts, probeTelegram, type TelegramFacts } from '../outage/probes.ts';
import { redactAll } from '../platform/redaction.ts';
import { EcsError, type WorkerService } from '../platform/worker-service.ts';
import { ecsProblem } from './ecs-problem.ts';
import { environmentProblem, environmentTraces } from './environment-guard.ts';
import type { OpsCall } from './ops-ports.ts';
import type { StatusResult } from './results.ts';

export async function status({
  ports,
  settings,
  telegramUnasked,
}: Pick<OpsCall, 'ports' | 'settings' | 'telegramUnasked'>): Promise<StatusResult> {
  const [observation, telegram, { ecs, ecsProblem: whyNoEcs }] = await Promise.all([
    ports.outages.observe({ noteRun: false }),
    telegramUnasked === undefined ? probeTelegram(ports.telegram) : notAsked,
    askEcs(ports.ecs),
  ]);
  const { heartbeat, held, memory, nowMs } = observation;
  const up = decide(memory, heartbeat, settings, nowMs).verdict.kind === 'up';
  const heartbeatMalformed = isMalformed(heartbeat, settings, nowMs);
  const diagnosis = up
    ? undefined
    : diagnose({ heartbeat, heartbeatMalformed, held, environment: ports.environment, telegram, ecs });
  const { outage } = memory;
  const mismatch = environmentProblem(environmentTraces(ports.environment, observation));
  const result: StatusResult = {
    lock: lockResult(observation),
    epoch: observation.epoch,
    heartbeatAgeSeconds: heartbeatAgeSeconds(heartbeat, nowMs),
    heartbeat: heartbeat.kind === 'absent' ? null : heartbeat.raw,
    up,
    cause: diagnosis?.cause ?? null,
    diagnosis: diagnosis ? diagnosisLines(diagnosis, settings.locale) : [],
    outage:
      outage?.state === 'open'
        ? { id: outage.id, since: isoText(outage.sinceMs), opened: isoText(outage.openedMs) }
        : null,
    telegram: telegram.kind === 'not-asked' ? 'unreachable' : telegram.kind,
    telegramProblem: telegramUnasked ?? null,
    pendingUpdates: telegram.kind === 'reachable' ? telegram.pendingUpdates : null,
    webhookSet: telegram.kind === 'reachable' ? telegram.webhookHost !== null : null,
    ecs: ecs.kind === 'known' ? withoutKind(ecs) : null,
    ecsProblem: whyNoEcs,
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

function lockResult({ held, revoked }: BotObservation): StatusResult['lock'] {
  if (held === undefined) return null;
  const { host, pid, env, ts } = readLockHolder(held.value);
  return {
    value: held.value,
    host: host ?? null,
    pid: pid ?? null,
    env: env ?? null,
    since: ts ?? null,
    ttlSeconds: held.ttlMs === null ? null : held.ttlMs / 1000,
    revoked: revoked === held.value,
  };
}

function withoutKind({ desired, running, deploying, lastStopReason }: NonNullable<StatusResult['ecs']>) {
  return { desired, running, deploying, lastStopReason };
}

function isoText(ms: number): string {
  return new Date(ms).toISOString();
}
