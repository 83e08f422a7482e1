/**
 * Restarts the worker: a forced new deployment of its ECS service, which replaces the tasks one by one. In queue mode the
 * same of the service that runs handlers; a recovery leaves them alone, because only polling is down.
 */
import { EcsError, type WorkerService } from '../platform/worker-service.ts';
import { ecsProblem } from './ecs-problem.ts';
import { type OpsCall, OpsRefusal, record } from './ops-ports.ts';
import type { OpsError } from './payload.ts';
import type { RestartResult } from './results.ts';

export const ecsNotConfigured: OpsError = {
  code: 'ECS_NOT_CONFIGURED',
  message:
    'restart: expected ECS_CLUSTER and ECS_SERVICE in the environment, got neither; set both, or restart the worker where it runs',
};

export async function restart(
  call: OpsCall,
  { handlers }: { handlers: boolean } = { handlers: false },
): Promise<RestartResult> {
  const { ecs, handlersService } = call.ports;
  if (ecs === undefined) throw new OpsRefusal(ecsNotConfigured);
  const deploymentId = await ecs.restart();
  await record(call, { event: 'restarted', before: '', after: deploymentId });
  const restarted = { restarted: true, deploymentId } as const;
  if (!handlers || handlersService === undefined) return restarted;
  const handlersDeploymentId = await restartHandlers(handlersService, deploymentId);
  await record(call, { event: 'restarted', before: 'handlers', after: handlersDeploymentId });
  return { ...restarted, handlersDeploymentId };
}

async function restartHandlers(service: WorkerService, deploymentId: string): Promise<string> {
  try {
    return await service.restart();
  } catch (error) {
    if (!(error instanceof EcsError)) throw error;
    const message = `the worker restarts (${deploymentId}), the handlers do not: ${ecsProblem(error)}`;
    throw new OpsRefusal({ code: error.code, message });
  }
}
