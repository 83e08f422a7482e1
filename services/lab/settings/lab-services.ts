/** The lab's ECS services: their names, as in the stack, and what their tasks run beside a sidecar. */
import { botContainerName } from '../../core/platform/worker-service.ts';

export interface LabService {
  readonly name: string;
  /** The essential container. */
  readonly container: string;
  /** A path below the project's root. */
  readonly program: string;
  /** For people: its tasks are this and a number. */
  readonly taskName: string;
}

export const workerService: LabService = {
  name: 'bot',
  container: botContainerName,
  program: 'services/bot/main.ts',
  taskName: 'worker',
};

/** In queue mode. */
export const handlersService: LabService = {
  name: 'handlers',
  container: 'handlers',
  program: 'services/handlers/main.ts',
  taskName: 'consumer',
};
