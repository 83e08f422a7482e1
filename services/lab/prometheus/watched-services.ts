/**
 * Starts the lab's Prometheus, if there is one, and keeps its targets in step with the tasks of the lab's services.
 *
 * Tested by: test/e2e/queue-mode.long.test.ts
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { TaskService } from '../ecs/task-service.ts';
import { findExecutable } from '../processes/find-executable.ts';
import type { LabLog } from '../shared/lab-log.ts';
import { type LabPrometheus, startLabPrometheus } from './lab-prometheus.ts';

export interface WatchDeps {
  readonly searchPath: string;
  readonly clock: Clock;
  readonly speed: number;
  readonly log: LabLog;
}

/** The lab works without Prometheus, so a failed start is only logged. */
export async function watchServices(
  services: readonly TaskService[],
  { searchPath, clock, speed, log }: WatchDeps,
): Promise<LabPrometheus | undefined> {
  const executable = findExecutable('prometheus', searchPath);
  if (executable === undefined) return undefined;
  const logError = (error: unknown): void =>
    log.say('prometheus', 'warn', error instanceof Error ? error.message : String(error));
  try {
    const prometheus = await startLabPrometheus({ executable, clock, speed });
    const setTargets = (): void => {
      prometheus.setTargets(services.flatMap(targetsOf)).catch(logError);
    };
    for (const service of services) service.onChange(setTargets);
    return prometheus;
  } catch (error) {
    logError(error);
    return undefined;
  }
}

function targetsOf({ tasks, taskName }: TaskService) {
  return tasks.map(({ ports, identity }) => ({
    address: `127.0.0.1:${ports.sidecar}`,
    labels: { [taskName]: identity.name },
  }));
}
