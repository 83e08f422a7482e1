/**
 * What `--handlers queue` adds to the lab: the updates queue, and the consumers that run handlers.
 *
 * Tested by: test/e2e/queue-mode.long.test.ts
 */
import type { QueueWatch } from '../../core/queue/queue-watch.ts';
import type { TaskService } from '../ecs/task-service.ts';
import type { SqsEmulator } from '../sqs-emulator/sqs-emulator.ts';

export interface QueueMode {
  readonly sqs: SqsEmulator;
  readonly consumers: TaskService;
  /** As the functions see both. */
  readonly watch: QueueWatch;
}

export interface LabServices {
  /** The workers. */
  readonly tasks: TaskService;
  /** Undefined if handlers run in the worker that polls. */
  readonly queue: QueueMode | undefined;
}

export function servicesOf({ tasks, queue }: LabServices): readonly TaskService[] {
  return queue === undefined ? [tasks] : [tasks, queue.consumers];
}

/** How many updates the queue has accepted that no handler has ended. */
export function queueSize({ queue }: Pick<LabServices, 'queue'>): number {
  if (queue === undefined) return 0;
  const { visible, inFlight } = queue.sqs.queue.depth();
  return visible + inFlight;
}
