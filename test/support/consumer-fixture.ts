/** The shipped consumer on a virtual clock, against the lab's model of the queue; the store and the queue can be away. */
import { Consumer, type ConsumerOptions } from '../../services/core/queue/consumer.ts';
import type { DeadUpdate } from '../../services/core/queue/queue-store.ts';
import { queueTimes } from '../../services/core/queue/queue-times.ts';
import { QueueError, type ReceivingQueue } from '../../services/core/queue/updates-queue.ts';
import type { HandleUpdate } from '../../services/core/updates/update.ts';
import { FifoQueue } from '../../services/lab/sqs-emulator/fifo-queue.ts';
import { VirtualClock } from './virtual-clock.ts';

export const visibilityMs = 30_000;

export class ConsumerFixture {
  readonly clock = new VirtualClock();
  readonly queue: FifoQueue;
  readonly stop = new AbortController();
  readonly log: string[] = [];
  readonly buried: DeadUpdate[] = [];
  /** Attempts that have begun, by update. */
  readonly begun = new Map<number, number>();
  /** Calls of the queue that fail. */
  readonly failing = new Set<keyof ReceivingQueue>();
  countsTakeMs = 0;
  storeIsAway = false;

  constructor() {
    const { clock } = this;
    let tokens = 0;
    this.queue = new FifoQueue({ clock, token: () => String(++tokens), visibilityMs });
  }

  send(id: number, chat = 1, attributes: Readonly<Record<string, string>> = { format: '1' }): void {
    const body = JSON.stringify({ update_id: id, message: { chat: { id: chat } } });
    this.queue.send({ group: `chat:${chat}`, deduplicationId: `${id}.x`, body, attributes });
  }

  /** Delivers and forgets, as a consumer does that was killed. */
  async deliverInVain(times = 1): Promise<void> {
    for (let time = 0; time < times; time++) {
      await this.queue.receive({ countMax: 10, waitMs: 0 });
      await this.clock.advance(visibilityMs);
    }
  }

  /** Takes so long, and says when it begins and ends. */
  handler(tookMs: number): HandleUpdate {
    return async ({ update_id }, { attempt }) => {
      this.log.push(`${update_id} begins ${attempt}`);
      await this.clock.sleep(tookMs);
      this.log.push(`${update_id} ends`);
    };
  }

  start(handle: HandleUpdate, options: Partial<ConsumerOptions> = {}) {
    const { clock, log, buried, stop } = this;
    const consumer = new Consumer(
      {
        clock,
        random: { unit: () => 0.5, token: () => 'token' },
        queue: this.port(),
        attempts: {
          next: async (id) => this.nextAttempt(id),
          count: async (id) => {
            if (this.countsTakeMs > 0) await clock.sleep(this.countsTakeMs);
            const number = this.nextAttempt(id);
            this.begun.set(Number.parseInt(id, 10), number);
            return number;
          },
        },
        dead: { bury: async (letter) => void buried.push(letter) },
        handle,
        observer: {
          onReceived: () => {},
          onLost: (reason) => void log.push(`lost: ${reason}`),
          onDeadLetter: ({ update }) => void log.push(`dead ${update.update_id}`),
          onEnd: () => {},
          onOverdue: () => {},
          onTrouble: () => {},
        },
        slots: 100,
        times: queueTimes(visibilityMs),
        drainTimeoutMs: 20_000,
        ...options,
      },
      stop.signal,
    );
    const running = { consumer, hasEnded: false };
    void consumer.run().then(() => {
      running.hasEnded = true;
    });
    return running;
  }

  private nextAttempt(id: string): number {
    if (this.storeIsAway) throw new Error('the store is away');
    return (this.begun.get(Number.parseInt(id, 10)) ?? 1) + 1;
  }

  private port(): ReceivingQueue {
    const { queue, log, failing } = this;
    const mayFail = (operation: keyof ReceivingQueue): void => {
      if (failing.has(operation)) throw new QueueError(operation, 'queue', new Error('away'));
    };
    return {
      async receive(request) {
        mayFail('receive');
        const messages = await queue.receive(request);
        return messages.map((message) => ({ ...message, receipt: message.receipt ?? '' }));
      },
      async remove(receipts) {
        mayFail('remove');
        return receipts.map((receipt) => queue.remove(receipt));
      },
      async setVisibility(receipts, ms) {
        mayFail('setVisibility');
        log.push(`visibility of ${receipts.length}: ${ms}`);
        return receipts.map((receipt) => queue.setVisibility(receipt, ms));
      },
    };
  }
}
