/**
 * Sends updates to the queue, a few in one request.
 *
 * Guarantees: `send` resolves only when the queue has accepted the update, or never will. On any other error the same
 * message goes out again, under the same id, until the permit ends: sending is idempotent, so no attempt is counted
 * and nothing is given up. Nothing goes out once the permit has ended: `mayAct` is asked right before each request, and
 * a request that still connects is cut off.
 */
import { TermOverError } from '../lease/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Permit } from '../platform/permit.ts';
import type { Random } from '../platform/random.ts';
import type { Update } from '../updates/update.ts';
import { MicroBatcher } from './micro-batcher.ts';
import { queueMessage, type Sha256 } from './queue-message.ts';
import { retryDelayMs } from './retry-delay.ts';
import {
  batchBytesMax,
  batchMax,
  QueueError,
  type QueueMessage,
  type SendFailure,
  type SendResult,
  type UpdatesQueue,
} from './updates-queue.ts';

export interface QueueSenderOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly queue: Pick<UpdatesQueue, 'send'>;
  readonly sha256: Sha256;
  /** The epoch of the term that leads. */
  readonly epoch: () => number;
  readonly observer: SendObserver;
}

export interface SendObserver {
  onSent(): void;
  /** It will go out again. */
  onSendFailed(error: Error): void;
}

export interface SendContext {
  readonly permit: Permit;
  readonly retry?: number | undefined;
}

interface Outgoing {
  readonly message: QueueMessage;
  readonly permit: Permit;
}

/** Enough for 2,500 updates a second at an engine that answers after 10 ms, and few enough to fill the batches. */
const requestsMax = 8;
const what = 'sending an update to the queue';

export class QueueSender {
  private readonly options: QueueSenderOptions;
  private readonly batcher: MicroBatcher<Outgoing, SendResult>;

  constructor(options: QueueSenderOptions) {
    this.options = options;
    this.batcher = new MicroBatcher({
      clock: options.clock,
      countMax: batchMax,
      sizeMax: batchBytesMax,
      requestsMax,
      sizeOf: ({ message }) => message.sizeBytes,
      keyOf: ({ message }) => message.group,
      request: (items) => this.request(items),
    });
  }

  /**
   * Resolves when the queue has accepted the update; with a failure if it never will.
   * @throws TermOverError when the permit ended first
   */
  async send(update: Update, { permit, retry }: SendContext): Promise<'sent' | SendFailure> {
    const { clock, random, sha256, epoch, observer } = this.options;
    const message = queueMessage(update, { epoch: epoch(), traceId: random.token(), retry }, sha256);
    if (message.sizeBytes > batchBytesMax) return tooLarge(message);
    for (let failures = 1; permit.mayAct(); failures++) {
      const result = await this.tryOnce({ message, permit });
      if (result === 'sent') observer.onSent();
      if (result === 'sent' || result.fault === 'message') return result;
      if (!permit.mayAct()) break;
      observer.onSendFailed(result.error);
      await clock.sleep(retryDelayMs(failures, random), permit.overSignal);
    }
    throw new TermOverError(what);
  }

  private async tryOnce(outgoing: Outgoing): Promise<SendResult> {
    try {
      return await this.batcher.add(outgoing);
    } catch (error) {
      if (error instanceof QueueError) return { fault: error.fault, error };
      throw error;
    }
  }

  private async request(items: readonly Outgoing[]): Promise<readonly SendResult[]> {
    const allowed = items.filter(({ permit }) => permit.mayAct());
    const [first] = allowed;
    const results = first === undefined ? [] : await this.sendAll(allowed, first.permit.overSignal);
    const over: SendFailure = { fault: 'queue', error: new TermOverError(what) };
    return items.map((item) => results[allowed.indexOf(item)] ?? over);
  }

  /** If the queue refuses a request for what is in it, each message goes alone: only the one at fault is refused. */
  private async sendAll(items: readonly Outgoing[], signal: AbortSignal): Promise<readonly SendResult[]> {
    try {
      return await this.options.queue.send(
        items.map(({ message }) => message),
        signal,
      );
    } catch (error) {
      if (!(error instanceof QueueError) || error.fault === 'queue' || items.length === 1) throw error;
    }
    const results: SendResult[] = [];
    for (const item of items) results.push(...(await this.sendAlone(item, signal)));
    return results;
  }

  private async sendAlone(item: Outgoing, signal: AbortSignal): Promise<readonly SendResult[]> {
    if (!item.permit.mayAct()) return [{ fault: 'queue', error: new TermOverError(what) }];
    try {
      return await this.options.queue.send([item.message], signal);
    } catch (error) {
      if (!(error instanceof QueueError)) throw error;
      return [{ fault: error.fault, error }];
    }
  }
}

function tooLarge({ sizeBytes }: QueueMessage): SendFailure {
  const error = new Error(`the update takes ${sizeBytes} bytes, and a message holds ${batchBytesMax}`);
  return { fault: 'message', error };
}
