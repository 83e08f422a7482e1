/** The updates queue as ops see it, with values to vary, and a double of it. */
import type { UpdatesQueueResult } from '../../services/core/ops/results.ts';
import type { QueueView, QueueWatch, SeenConsumer } from '../../services/core/queue/queue-watch.ts';

export const emptyQueue: QueueView = {
  visible: 0,
  inFlight: 0,
  isFifo: true,
  visibilitySeconds: 30,
  retentionSeconds: 14 * 86_400,
  deadLetters: { receivesMax: 30, messages: 0 },
};

export function seenConsumer(more: Partial<SeenConsumer> = {}): SeenConsumer {
  return { consumer: 'h:1', version: '1.0.0', ageMs: 5000, lagMs: 40, running: 1, held: 2, ...more };
}

/** As `status` answers it: 3 wait, 2 are in flight. */
export const queueResult: UpdatesQueueResult = {
  queue: { ...emptyQueue, visible: 3, inFlight: 2 },
  problem: null,
  consumers: [
    {
      consumer: 'h:1',
      version: '1.0.0',
      ageSeconds: 5,
      isLate: false,
      lagSeconds: 0.04,
      running: 1,
      held: 2,
    },
    { consumer: 'h:2', version: '1.0.0', ageSeconds: 95, isLate: true, lagSeconds: 3, running: 0, held: 0 },
  ],
  tasks: { desired: 2, running: 1, deploying: false, lastStopReason: null },
};

/** A queue that a test sets, whose purges are counted. */
export class QueueDouble implements QueueWatch {
  view: QueueView = emptyQueue;
  failure: Error | undefined;
  seen: readonly SeenConsumer[] = [seenConsumer()];
  purges = 0;
  purgeAnswer: 'purged' | 'too soon' = 'purged';

  readonly queue = {
    look: async (): Promise<QueueView> => {
      if (this.failure !== undefined) throw this.failure;
      return this.view;
    },
    purge: async (): Promise<'purged' | 'too soon'> => {
      this.purges += 1;
      return this.purgeAnswer;
    },
  };

  readonly consumers = { list: async () => this.seen };
}
