/**
 * The ports of the updates queue: SQS FIFO, or whatever keeps its promises.
 *
 * Assumed of the queue: it delivers the messages of one group in the order in which it accepted them, and none while an
 * earlier one is out; it drops a deduplication id that it accepted in the last five minutes; a receipt is good until
 * its visibility has passed.
 *
 * Tested by: test/adapters/sqs.test.ts
 */

export interface QueueMessage {
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** What the message counts against the limits, or a little more. */
  readonly sizeBytes: number;
}

export interface DeliveredMessage {
  readonly messageId: string;
  readonly receipt: string;
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** How often the queue has delivered it; 1 for the first time. */
  readonly receiveCount: number;
  /** When the queue accepted it, on its own wall clock. */
  readonly sentMs: number;
}

/** The queue did not accept a message. */
export interface SendFailure {
  /** `message`: it will never be accepted as it is. `queue`: it may be the next time. */
  readonly fault: 'message' | 'queue';
  readonly error: Error;
}

export type SendResult = 'sent' | SendFailure;

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
}

/** `gone`: the receipt is no longer good. `failed`: unknown, or not this time. */
export type ReceiptResult = 'done' | 'gone' | 'failed';

export interface UpdatesQueue {
  /**
   * Sends up to `batchMax` messages of different groups, together no larger than `batchBytesMax`.
   * @returns a result for each, in order
   * @throws QueueError
   */
  send(messages: readonly QueueMessage[], signal: AbortSignal): Promise<readonly SendResult[]>;
  /** @throws QueueError */
  depth(): Promise<QueueDepth>;
}

export interface ReceiveRequest {
  readonly countMax: number;
  readonly waitMs: number;
  readonly visibilityMs: number;
}

export interface ReceivingQueue {
  /** Those of one group come in their order. @throws QueueError */
  receive(request: ReceiveRequest): Promise<readonly DeliveredMessage[]>;
  /** Up to `batchMax` receipts; a result for each, in order. @throws QueueError */
  remove(receipts: readonly string[]): Promise<readonly ReceiptResult[]>;
  /** As `remove`. From now on; 0 gives the messages back. @throws QueueError */
  setVisibility(receipts: readonly string[], visibilityMs: number): Promise<readonly ReceiptResult[]>;
}

export const batchMax = 10;
export const batchBytesMax = 1_048_576;

/** A whole request failed. */
export class QueueError extends Error {
  readonly code = 'QUEUE_FAILED';
  /** `message`: something in the request is refused for good. `queue`: it may work the next time. */
  readonly fault: SendFailure['fault'];

  constructor(operation: string, fault: SendFailure['fault'], cause: unknown) {
    super(
      `queue ${operation}: ${cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause)}`,
      {
        cause,
      },
    );
    this.name = 'QueueError';
    this.fault = fault;
  }
}
