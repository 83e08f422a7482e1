/**
 * The runbook as one action: free the lock, drop pending updates (only if asked), restart the worker, wait for a
 * heartbeat that is newer than all of that.
 *
 * Reports each step. The first failure ends it; the steps after it are reported as not tried. Safe to repeat.
 */
import { heartbeatAgeSeconds } from '../lease/heartbeat.ts';
import type { BotObservation } from '../monitor/outage-store.ts';
import { dropUpdates } from './drop-updates.ts';
import { answerReserveMs, faultOf, type OpsCall, OpsRefusal } from './ops-ports.ts';
import type { OpsError, OpsRequest } from './payload.ts';
import { releaseLock } from './release-lock.ts';
import { restart } from './restart.ts';
import type { HeartbeatResult, RecoverResult, RecoverStep } from './results.ts';

const heartbeatCheckMs = 1000;

export interface RecoverOutcome extends RecoverResult {
  /** Undefined if every step was done or skipped. */
  readonly error: OpsError | undefined;
}

interface PlannedStep {
  readonly step: RecoverStep['step'];
  /** Why the step is not needed; undefined: run it. */
  readonly skip?: string | undefined;
  readonly run: () => Promise<RecoverStep['result']>;
}

export async function recover(
  call: OpsCall,
  { force, dropUpdates: drop }: Pick<OpsRequest, 'force' | 'dropUpdates'>,
): Promise<RecoverOutcome> {
  // Heartbeats from before the lock was free are the old holder's and prove nothing.
  let freed: BotObservation | undefined;
  const plan: readonly PlannedStep[] = [
    {
      step: 'release-lock',
      run: async () => {
        const result = await releaseOrRefuse(call, force);
        freed = await call.ports.outages.observe({ noteRun: false });
        return result;
      },
    },
    { step: 'drop-updates', skip: drop ? undefined : 'not asked for', run: () => dropUpdates(call) },
    {
      step: 'restart',
      skip:
        call.ports.ecs === undefined
          ? 'ECS is not configured: a standby takes over, or start one'
          : undefined,
      run: () => restart(call),
    },
    { step: 'fresh-heartbeat', run: () => waitForHeartbeat(call, freed) },
  ];
  const steps: RecoverStep[] = [];
  let error: OpsError | undefined;
  const ended = (step: RecoverStep): void => {
    steps.push(step);
    call.onStepEnded?.(step);
  };
  for (const { step, skip, run } of plan) {
    if (error !== undefined) ended({ step, outcome: 'not tried' });
    else if (skip !== undefined) ended({ step, outcome: 'skipped', why: skip });
    else {
      call.onStep?.(step);
      const done = await attempt(step, run);
      error = done.error;
      ended(done.report);
    }
  }
  return { steps, error };
}

async function attempt(
  step: RecoverStep['step'],
  run: PlannedStep['run'],
): Promise<{ report: RecoverStep; error: OpsError | undefined }> {
  try {
    const result = await run();
    return { report: { step, outcome: 'done', ...(result ? { result } : {}) }, error: undefined };
  } catch (failure) {
    const fault = faultOf(failure);
    if (fault === undefined) throw failure;
    const error = { code: fault.code, message: `${step}: ${fault.message}` };
    return { report: { step, outcome: 'failed', why: fault.message }, error };
  }
}

async function releaseOrRefuse(call: OpsCall, force: boolean): Promise<RecoverStep['result']> {
  const result = await releaseLock(call, { force });
  if (result.mode !== 'revoked') return result;
  throw new OpsRefusal({
    code: 'LOCK_STILL_HELD',
    message:
      'the lock is revoked but its holder has not released it in time; try again, or use force if it is dead',
  });
}

async function waitForHeartbeat(
  { ports: { outages, clock, ecs }, remainingMs, heartbeatWaitMs = Number.POSITIVE_INFINITY }: OpsCall,
  freed: BotObservation | undefined,
): Promise<HeartbeatResult> {
  const startMs = clock.monotonicMs();
  while (true) {
    const { heartbeat, nowMs } = await outages.observe({ noteRun: false });
    const waitedSeconds = (clock.monotonicMs() - startMs) / 1000;
    if (heartbeat.kind === 'present' && isNewer(heartbeat, freed)) {
      return { heartbeatAgeSeconds: heartbeatAgeSeconds(heartbeat, nowMs) ?? 0, waitedSeconds };
    }
    const leftMs = Math.min(remainingMs() - answerReserveMs, heartbeatWaitMs - waitedSeconds * 1000);
    if (leftMs <= 0) {
      const next =
        ecs === undefined
          ? 'nothing was restarted, because ECS is not configured: start a worker, or restart the one that hangs'
          : 'a new task may need a minute or two, look again with status';
      const message = `no fresh heartbeat within ${Math.round(waitedSeconds)} s; ${next}`;
      throw new OpsRefusal({ code: 'NO_HEARTBEAT_YET', message });
    }
    await clock.sleep(Math.min(heartbeatCheckMs, leftMs));
  }
}

/** A heartbeat may be stamped a little ahead, so it must also differ from the one before. */
function isNewer(
  heartbeat: { readonly raw: string; readonly tsMs: number },
  freed: BotObservation | undefined,
): boolean {
  if (freed === undefined) return false;
  const before = freed.heartbeat.kind === 'absent' ? undefined : freed.heartbeat.raw;
  return heartbeat.tsMs >= freed.nowMs && heartbeat.raw !== before;
}
