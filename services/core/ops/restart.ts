/** Restarts the worker: a forced new deployment of its ECS service, which replaces tasks one for one. */
import { OpsRefusal, type OpsCall } from './ops-ports.ts';
import type { RestartResult } from './results.ts';

export async function restart({ ports, reason }: OpsCall): Promise<RestartResult> {
  const { ecs, audit } = ports;
  if (ecs === undefined) {
    throw new OpsRefusal({
      code: 'ECS_NOT_CONFIGURED',
      message:
        'restart: expected ECS_CLUSTER and ECS_SERVICE in the environment, got neither; set both, or restart the worker where it runs',
    });
  }
  const deploymentId = await ecs.restart();
  await audit.append({ event: 'restarted', ...reason, before: '', after: deploymentId });
  return { restarted: true, deploymentId };
}
