/**
 * Restarts the worker: a forced new deployment of its ECS service, which replaces the tasks one by one.
 *
 * Tested by: test/core/ops/actions.test.ts
 */
import { type OpsCall, OpsRefusal, record } from './ops-ports.ts';
import type { OpsError } from './payload.ts';
import type { RestartResult } from './results.ts';

export const ecsNotConfigured: OpsError = {
  code: 'ECS_NOT_CONFIGURED',
  message:
    'restart: expected ECS_CLUSTER and ECS_SERVICE in the environment, got neither; set both, or restart the worker where it runs',
};

export async function restart(call: OpsCall): Promise<RestartResult> {
  const { ecs } = call.ports;
  if (ecs === undefined) throw new OpsRefusal(ecsNotConfigured);
  const deploymentId = await ecs.restart();
  await record(call, { event: 'restarted', before: '', after: deploymentId });
  return { restarted: true, deploymentId };
}
