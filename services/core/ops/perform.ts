/**
 * Carries out one ops request and answers it. Failures of the store, Telegram and ECS are answers; a bug is thrown. No
 * answer contains a secret.
 *
 * An action that changes something first reads from the store whose bot it would change; if that fails, it changes
 * nothing.
 *
 * Tested by: test/core/ops/actions.test.ts
 */
import { automaticActors } from '../platform/actors.ts';
import type { Reason } from '../platform/audit-trail.ts';
import { redactAll } from '../platform/redaction.ts';
import { dropUpdates } from './drop-updates.ts';
import { environmentError, environmentTraces } from './environment-guard.ts';
import { faultOf, type OpsCall, OpsRefusal } from './ops-ports.ts';
import type { OpsRequest } from './payload.ts';
import { recover } from './recover.ts';
import { releaseLock } from './release-lock.ts';
import { restart } from './restart.ts';
import type { AnsweredAction, OpsAnswer } from './results.ts';
import { snooze } from './snooze.ts';
import { status } from './status.ts';
import { breakLockOfTask, type TaskEvent } from './task-stopped.ts';

/** Everything that an action needs except its reason. */
export type OpsContext = Omit<OpsCall, 'reason'>;

export async function perform(context: OpsContext, request: OpsRequest): Promise<OpsAnswer> {
  const { action, requestedBy, reason } = request;
  return answered(context, action, { who: requestedBy, why: reason }, async (call) => {
    switch (action) {
      case 'status':
        return statusAnswer(call);
      case 'release-lock':
        return { ok: true, action, ...(await releaseLock(call, request)) };
      case 'drop-updates':
        await refuseOtherEnvironment(call, request);
        return { ok: true, action, ...(await dropUpdates(call)) };
      case 'restart':
        await refuseOtherEnvironment(call, request);
        return { ok: true, action, ...(await restart(call, { handlers: true })) };
      case 'snooze':
        await refuseOtherEnvironment(call, request);
        return { ok: true, action, ...(await snooze(call, request)) };
      case 'recover': {
        await refuseOtherEnvironment(call, request);
        const { steps, error } = await recover(call, request);
        return error === undefined ? { ok: true, action, steps } : { ok: false, action, error, steps };
      }
    }
  });
}

async function statusAnswer(call: OpsCall): Promise<OpsAnswer> {
  const result = await status(call);
  return call.telegramUnasked === undefined
    ? { ok: true, action: 'status', ...result }
    : { ok: true, action: 'status', ...result, telegram: 'not-asked' };
}

async function refuseOtherEnvironment({ ports }: OpsCall, request: OpsRequest): Promise<void> {
  const observation = await ports.outages.observe({ noteRun: false });
  const error = environmentError(request, environmentTraces(ports.environment, observation));
  if (error !== undefined) throw new OpsRefusal(error);
}

export async function performTaskEvent(context: OpsContext, event: TaskEvent): Promise<OpsAnswer> {
  const action = 'task-stopped';
  const reason = { who: automaticActors.ecs, why: 'an event of ECS' };
  return answered(context, action, reason, async (call) => ({
    ok: true,
    action,
    ...(await breakLockOfTask(call, event)),
  }));
}

/** Not an action of a payload: it takes the outage that its link belongs to, or the unstable time. */
export async function performAcknowledge(
  context: OpsContext,
  outageId: string,
  reason: Reason,
): Promise<OpsAnswer> {
  const action = 'acknowledge';
  return answered(context, action, reason, async ({ ports }) => {
    const acknowledged = await ports.outages.acknowledge(outageId, reason);
    if (acknowledged === undefined) {
      throw new OpsRefusal({ code: 'OUTAGE_OVER', message: 'the outage is over: nothing was recorded' });
    }
    return { ok: true, action, ...acknowledged };
  });
}

async function answered(
  context: OpsContext,
  action: AnsweredAction,
  reason: Reason,
  run: (call: OpsCall) => Promise<OpsAnswer>,
): Promise<OpsAnswer> {
  const { logger, redact } = context.ports;
  const { onStepEnded } = context;
  const call: OpsCall = {
    ...context,
    reason,
    onStepEnded: onStepEnded && ((step) => onStepEnded(redactAll(step, redact))),
  };
  let answer: OpsAnswer;
  try {
    answer = redactAll(await run(call), redact);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === undefined) throw error;
    answer = { ok: false, action, error: redactAll(fault, redact) };
  }
  if (answer.ok) logger.info('ops action done', { action, ...reason });
  else
    logger.warn('ops action failed', {
      action,
      ...reason,
      code: answer.error.code,
      error: answer.error.message,
    });
  return answer;
}
