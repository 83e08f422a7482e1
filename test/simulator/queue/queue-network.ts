/**
 * The network between a simulated process and the queue: it delays, loses and cuts off requests and answers, and single
 * entries of a batch fail. The queue is the lab's model, on true time.
 */
import {
  QueueError,
  type QueueMessage,
  type ReceiptResult,
  type ReceivingQueue,
  type SendResult,
  type UpdatesQueue,
} from '../../../services/core/queue/updates-queue.ts';
import type { FifoQueue, StoredMessage } from '../../../services/lab/sqs-emulator/fifo-queue.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';

export interface QueueFaults {
  /** Probabilities per request, while faults are on. */
  readonly loseRequest: number;
  readonly loseAnswer: number;
  readonly delayLong: number;
  /** Per entry of a batch. */
  readonly failEntry: number;
  readonly longDelayMsMax: number;
}

export interface QueueWitness {
  accepted(message: StoredMessage): void;
  /** Before the queue removes it. */
  removing(message: StoredMessage): void;
}

export interface QueueNetworkOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly queue: FifoQueue;
  readonly faults: QueueFaults;
  readonly faultsOn: () => boolean;
  readonly requestTimeoutMs: number;
  readonly witness: QueueWitness;
  /** Called right when a request is sent. */
  readonly onSend: (process: SimulatedProcess, what: Operation) => void;
}

export type Operation = 'send' | 'receive' | 'remove' | 'set visibility';

const usualDelayMsMax = 20;
const failed: SendResult = { fault: 'queue', error: new Error('this entry failed') };

export class QueueNetwork {
  private readonly options: QueueNetworkOptions;
  private readonly cutOff = new Set<string>();
  private readonly seen = new Set<string>();

  constructor(options: QueueNetworkOptions) {
    this.options = options;
  }

  cut(process: string): void {
    this.cutOff.add(process);
  }

  heal(process: string): void {
    this.cutOff.delete(process);
  }

  queueFor(process: SimulatedProcess): UpdatesQueue & ReceivingQueue {
    const { queue } = this.options;
    return {
      depth: () => this.request(process, 'receive', () => queue.depth()),
      send: (messages) =>
        this.request(process, 'send', () =>
          messages.map((message) => this.failsEntry() ?? this.accept(message)),
        ),
      receive: ({ countMax, waitMs, visibilityMs }) => {
        const receive = async () =>
          (await queue.receive({ countMax, waitMs, visibilityMs })).map((message) => ({
            ...message,
            receipt: message.receipt ?? '',
          }));
        return this.request(process, 'receive', receive, waitMs);
      },
      remove: (receipts) =>
        this.request(process, 'remove', () => receipts.map((receipt) => this.remove(receipt))),
      setVisibility: (receipts, visibilityMs) =>
        this.request(process, 'set visibility', () =>
          receipts.map((receipt): ReceiptResult => {
            return this.failsEntry() === undefined ? queue.setVisibility(receipt, visibilityMs) : 'failed';
          }),
        ),
    };
  }

  private accept(message: QueueMessage): SendResult {
    const stored = this.options.queue.send(message);
    if (!this.seen.has(stored.messageId)) this.options.witness.accepted(stored);
    this.seen.add(stored.messageId);
    return 'sent';
  }

  private remove(receipt: string): ReceiptResult {
    const { queue, witness } = this.options;
    if (this.failsEntry() !== undefined) return 'failed';
    const message = queue.isHeld(receipt) ? queue.messages.find((one) => one.receipt === receipt) : undefined;
    if (message !== undefined) witness.removing(message);
    return queue.remove(receipt);
  }

  private failsEntry(): SendResult | undefined {
    return this.rolls('failEntry') ? failed : undefined;
  }

  private request<T>(
    process: SimulatedProcess,
    operation: Operation,
    execute: () => T | Promise<T>,
    waitMs = 0,
  ): Promise<T> {
    const { requestTimeoutMs, trueTime, onSend } = this.options;
    onSend(process, operation);
    return new Promise((resolve, reject) => {
      const cancelTimeOut = process.schedule(waitMs + requestTimeoutMs, () =>
        reject(new QueueError(operation, 'queue', new Error('time-out'))),
      );
      if (this.rolls('loseRequest')) return;
      trueTime.schedule(this.delayMs(), async () => {
        if (this.cutOff.has(process.name)) return;
        const answer = await execute();
        if (this.rolls('loseAnswer')) return;
        trueTime.schedule(this.delayMs(), () => {
          if (this.cutOff.has(process.name)) return;
          process.whenRunning(() => {
            cancelTimeOut();
            resolve(answer);
          });
        });
      });
    });
  }

  private rolls(fault: Exclude<keyof QueueFaults, 'longDelayMsMax'>): boolean {
    const { prng, faults, faultsOn } = this.options;
    return faultsOn() && prng.happens(faults[fault]);
  }

  private delayMs(): number {
    const { prng, faults } = this.options;
    return this.rolls('delayLong')
      ? prng.integer(0, faults.longDelayMsMax)
      : prng.integer(1, usualDelayMsMax);
  }
}
