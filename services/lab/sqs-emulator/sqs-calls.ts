/**
 * The calls of SQS's JSON protocol that this project makes, on the model of a FIFO queue. A call that it does not know is
 * refused by name.
 *
 * Tested by: test/lab/sqs-emulator/sqs-emulator.test.ts
 */
import { createHash } from 'node:crypto';
import type { FifoQueue, StoredMessage } from './fifo-queue.ts';
import { type Fields, receiptEntries, SqsError, sendEntries } from './sqs-requests.ts';

export interface ServedQueue {
  readonly queue: FifoQueue;
  /** Its own, beside those that all queues here have. */
  readonly attributes: Readonly<Record<string, string>>;
}

export interface CallContext extends ServedQueue {
  /** Aborts when the client has gone. */
  readonly gone: AbortSignal;
  /** Whether this entry of a batch fails, as single entries do on a busy service. */
  readonly entryFails: (index: number) => boolean;
}

type Call = (request: Fields, context: CallContext) => Fields | Promise<Fields>;

/** Of this queue in the stack. The model keeps messages for ever. */
const retentionSeconds = 14 * 86_400;
const failedEntry = { Code: 'InternalError', Message: 'This entry failed.', SenderFault: false };

export const sqsCalls: Readonly<Record<string, Call | undefined>> = {
  SendMessageBatch: (request, { queue, entryFails }) =>
    batchAnswer(sendEntries(request), (entry, index) => {
      if (entryFails(index)) return failedEntry;
      const attributes = Object.entries(entry.MessageAttributes ?? {});
      const stored = queue.send({
        group: entry.MessageGroupId,
        deduplicationId: entry.MessageDeduplicationId,
        body: entry.MessageBody,
        attributes: Object.fromEntries(attributes.map(([name, { StringValue }]) => [name, StringValue])),
      });
      return {
        MessageId: stored.messageId,
        MD5OfMessageBody: md5(entry.MessageBody),
        SequenceNumber: String(stored.sequence).padStart(20, '0'),
      };
    }),

  async ReceiveMessage(request, { queue, gone }) {
    const visibilitySeconds = request['VisibilityTimeout'];
    const messages = await queue.receive(
      {
        countMax: Number(request['MaxNumberOfMessages'] ?? 1),
        waitMs: Number(request['WaitTimeSeconds'] ?? 0) * 1000,
        visibilityMs: visibilitySeconds === undefined ? undefined : Number(visibilitySeconds) * 1000,
      },
      gone,
    );
    return messages.length === 0 ? {} : { Messages: messages.map(messageFields) };
  },

  DeleteMessageBatch: (request, { queue, entryFails }) =>
    batchAnswer(receiptEntries(request), ({ ReceiptHandle }, index) => {
      if (entryFails(index)) return failedEntry;
      return queue.remove(ReceiptHandle) === 'done' ? {} : expiredReceipt;
    }),

  ChangeMessageVisibilityBatch: (request, { queue, entryFails }) =>
    batchAnswer(receiptEntries(request), ({ ReceiptHandle, VisibilityTimeout }, index) => {
      if (entryFails(index)) return failedEntry;
      const result = queue.setVisibility(ReceiptHandle, VisibilityTimeout * 1000);
      return result === 'done' ? {} : expiredReceipt;
    }),

  GetQueueAttributes({ AttributeNames: names }, { queue, attributes }) {
    const { visible, inFlight } = queue.depth();
    const all = {
      FifoQueue: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      ContentBasedDeduplication: 'false',
      MessageRetentionPeriod: String(retentionSeconds),
      ...attributes,
      ApproximateNumberOfMessages: String(visible),
      ApproximateNumberOfMessagesNotVisible: String(inFlight),
      ApproximateNumberOfMessagesDelayed: '0',
    };
    const asked = Array.isArray(names) ? names : [];
    const shown = Object.entries(all).filter(([name]) => asked.includes('All') || asked.includes(name));
    return { Attributes: Object.fromEntries(shown) };
  },

  PurgeQueue(_request, { queue }) {
    if (queue.purge() === 'too soon')
      throw new SqsError(
        'PurgeQueueInProgress',
        'Only one PurgeQueue operation is allowed every 60 seconds.',
        403,
      );
    return {};
  },
};

const expiredReceipt = {
  Code: 'InvalidParameterValue',
  Message: 'The receipt handle has expired.',
  SenderFault: true,
};

function batchAnswer<Entry extends { readonly Id: string }>(
  entries: readonly Entry[],
  answerOne: (entry: Entry, index: number) => Fields,
): Fields {
  const answers = entries.map((entry, index): Fields => ({ Id: entry.Id, ...answerOne(entry, index) }));
  return {
    Successful: answers.filter((answer) => answer['Code'] === undefined),
    Failed: answers.filter((answer) => answer['Code'] !== undefined),
  };
}

function messageFields(message: StoredMessage): Fields {
  return {
    MessageId: message.messageId,
    ReceiptHandle: message.receipt,
    Body: message.body,
    MD5OfBody: md5(message.body),
    Attributes: {
      MessageGroupId: message.group,
      MessageDeduplicationId: message.deduplicationId,
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentMs),
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedMs),
      SequenceNumber: String(message.sequence).padStart(20, '0'),
    },
    MessageAttributes: Object.fromEntries(
      Object.entries(message.attributes).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    ),
  };
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
