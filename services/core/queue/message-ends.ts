/**
 * The steps with which a message's stay in this process begins or ends: its attempt is counted, it becomes a dead
 * letter, it is removed, or it goes back.
 *
 * Each is repeated until it is confirmed or the message's hold has ended: while the store or the queue is away, the
 * message waits and is prolonged.
 *
 * Tested by: test/core/queue/consumer.test.ts
 */
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { HeldMessage } from './group-hold.ts';
import { MicroBatcher } from './micro-batcher.ts';
import { epochOf, retriesOf } from './queue-message.ts';
import type { DeadUpdates, QueueAttempts } from './queue-store.ts';
import { retryDelayMs } from './retry-delay.ts';
import { batchMax, QueueError, type ReceiptResult, type ReceivingQueue } from './updates-queue.ts';

export interface MessageEndsOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly queue: Pick<ReceivingQueue, 'remove' | 'setVisibility'>;
  readonly attempts: QueueAttempts;
  readonly dead: DeadUpdates;
  readonly observer: { onTrouble(what: string, error: unknown): void };
}

const requestsMax = 8;
const never = new AbortController().signal;

export class MessageEnds {
  private readonly options: MessageEndsOptions;
  private readonly removals: MicroBatcher<string, ReceiptResult>;

  constructor(options: MessageEndsOptions) {
    this.options = options;
    this.removals = new MicroBatcher({
      clock: options.clock,
      countMax: batchMax,
      sizeMax: batchMax,
      requestsMax,
      sizeOf: () => 1,
      keyOf: (receipt) => receipt,
      request: (receipts) => options.queue.remove(receipts),
    });
  }

  /** The number that the next attempt would have; undefined when the hold ended, or a stop came, first. */
  nextAttempt({ delivered, hold }: HeldMessage, token: string, stop: AbortSignal) {
    const { attempts } = this.options;
    return this.repeat('look up attempts', { hold, stop }, () =>
      attempts.next(delivered.deduplicationId, token),
    );
  }

  /** Tries once. The number of the attempt, which must begin now; undefined if the store may not have counted it. */
  async count({ delivered }: HeldMessage, token: string): Promise<number | undefined> {
    const { attempts, observer } = this.options;
    try {
      return await attempts.count(delivered.deduplicationId, token);
    } catch (error) {
      observer.onTrouble('count an attempt', error);
      return undefined;
    }
  }

  /** True when the store holds the dead letter. */
  async bury(
    { delivered, update, hold, isUnreadable }: HeldMessage,
    attempts: number,
    stop: AbortSignal,
  ): Promise<boolean> {
    const letter = {
      id: isUnreadable ? idOf(delivered.deduplicationId) : String(update.update_id),
      attempts,
      epoch: epochOf(delivered),
      retries: retriesOf(delivered) + 1,
      content: delivered.body,
    };
    const buried = await this.repeat('keep a dead letter', { hold, stop }, async () => {
      await this.options.dead.bury(letter);
      return true;
    });
    return buried === true;
  }

  /** True when the queue has removed it: the next of its group may begin. */
  async remove(message: HeldMessage): Promise<boolean> {
    const { hold, delivered } = message;
    message.state = 'removing';
    const removed = await this.repeat('remove a message', { hold, stop: never }, async () => {
      const result = await this.removals.add(delivered.receipt);
      if (result === 'failed')
        throw new QueueError('remove', 'queue', 'the queue did not remove the message');
      if (result === 'gone') hold.end('receipt-gone');
      return result === 'done';
    });
    if (removed !== true) return false;
    hold.messages.delete(message);
    return true;
  }

  /** Gives back what has not begun, each group in one request. If that fails, the queue delivers it a visibility later. */
  async giveBack(messages: Iterable<HeldMessage>): Promise<void> {
    const waiting = [...messages].filter(({ state, hold }) => state === 'waiting' && hold.mayAct());
    const holds = new Set(waiting.map(({ hold }) => hold));
    const requests = [...holds].map(async (hold) => {
      const back = waiting.filter((message) => message.hold === hold);
      for (const message of back) hold.messages.delete(message);
      try {
        await this.options.queue.setVisibility(
          back.map(({ delivered }) => delivered.receipt),
          0,
        );
      } catch (error) {
        this.options.observer.onTrouble('give messages back', error);
      }
    });
    await Promise.all(requests);
  }

  private async repeat<T>(
    what: string,
    { hold, stop }: { readonly hold: HeldMessage['hold']; readonly stop: AbortSignal },
    step: () => Promise<T>,
  ): Promise<T | undefined> {
    const { clock, random, observer } = this.options;
    for (let failures = 1; hold.mayAct() && !stop.aborted; failures++) {
      try {
        return await step();
      } catch (error) {
        observer.onTrouble(what, error);
        await clock.sleep(retryDelayMs(failures, random), AbortSignal.any([hold.overSignal, stop]));
      }
    }
    return undefined;
  }
}

/** What stands before the hash. */
function idOf(deduplicationId: string): string {
  return deduplicationId.split('.', 1)[0] ?? deduplicationId;
}
