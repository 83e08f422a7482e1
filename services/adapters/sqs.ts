/**
 * The updates queue in SQS. The client is loaded by `connectQueue`, in queue mode alone.
 *
 * Guarantees: every call has a time limit, and fails with a `QueueError`. A refusal counts as the message's fault only
 * if SQS says so of this message's content: access, throttling and whatever is unknown may pass, and giving an update up
 * cannot be undone.
 */
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { QueueTimes } from '../core/queue/queue-times.ts';
import {
  type DeliveredMessage,
  QueueError,
  type QueueMessage,
  type ReceiptResult,
  type ReceivingQueue,
  type SendFailure,
  type SendResult,
  type UpdatesQueue,
} from '../core/queue/updates-queue.ts';
import { answerTimeLimit } from './answer-time-limit.ts';
import { type AwsClientOptions, awsConfig, keptConnections, sqsPlace } from './aws-client.ts';
import { deadLetterTarget } from './dead-letter-queue.ts';
import { systemClock } from './system-clock.ts';

export interface QueueAddress {
  readonly url: string;
  readonly times: Pick<QueueTimes, 'requestTimeoutMs'>;
}

/** What the queue says of itself. */
export interface QueueKind {
  readonly isFifo: boolean;
}

export interface ConnectedQueue extends UpdatesQueue, ReceivingQueue {
  /** @throws QueueError, whose cause is the SDK's error */
  describe(): Promise<QueueKind>;
  /** How many messages its dead-letter queue holds; undefined: it has none. @throws QueueError */
  deadLetters(): Promise<number | undefined>;
  /**
   * The error of a call that this side needs and may not make, except ReceiveMessage. Changes nothing: it asks with empty
   * batches, which SQS refuses to everybody, but for another reason to whoever may send none.
   */
  refusedRight(side: QueueSide): Promise<unknown>;
}

/** Who puts messages in, or takes them out. */
export type QueueSide = 'poller' | 'consumer';

type Sdk = typeof import('@aws-sdk/client-sqs');
type Answered = { readonly Id?: string | undefined };
type EntryError = Answered & { readonly Code?: string | undefined; readonly Message?: string | undefined };

/** The codes that speak of a message's content. */
const messageFaults = new Set([
  'InvalidMessageContents',
  'InvalidAttributeValue',
  'MessageTooLong',
  'BatchRequestTooLong',
]);
/** The codes of a receipt that is no longer good. */
const receiptFaults = new Set([
  'InvalidParameterValue',
  'MessageNotInflight',
  'ReceiptHandleIsInvalid',
  'InvalidIdFormat',
]);

export async function connectQueue(
  { url, times }: QueueAddress,
  options: AwsClientOptions,
): Promise<ConnectedQueue> {
  const sdk = await import('@aws-sdk/client-sqs');
  const place = sqsPlace(url, options);
  const config = awsConfig({ ...options, ...place }, times.requestTimeoutMs, keptConnections);
  return new SqsQueue(sdk, new sdk.SQSClient(config), { url, timeoutMs: times.requestTimeoutMs });
}

class SqsQueue implements ConnectedQueue {
  private readonly sdk: Sdk;
  private readonly client: SQSClient;
  private readonly url: string;
  private readonly timeoutMs: number;

  constructor(sdk: Sdk, client: SQSClient, { url, timeoutMs }: { url: string; timeoutMs: number }) {
    this.sdk = sdk;
    this.client = client;
    this.url = url;
    this.timeoutMs = timeoutMs;
  }

  async describe(): Promise<QueueKind> {
    const attributes = await this.attributes(['FifoQueue']);
    return { isFifo: attributes['FifoQueue'] === 'true' };
  }

  async refusedRight(side: QueueSide): Promise<unknown> {
    const { client, sdk } = this;
    const none = { QueueUrl: this.url, Entries: [] };
    const calls = {
      poller: [() => client.send(new sdk.SendMessageBatchCommand(none), this.limits())],
      consumer: [
        () => client.send(new sdk.DeleteMessageBatchCommand(none), this.limits()),
        () => client.send(new sdk.ChangeMessageVisibilityBatchCommand(none), this.limits()),
      ],
    };
    for (const call of calls[side]) {
      try {
        await call();
      } catch (error) {
        if (nameOf(error).includes('AccessDenied')) return error;
      }
    }
    return undefined;
  }

  async depth() {
    const attributes = await this.attributes([
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
    ]);
    return {
      visible: Number(attributes['ApproximateNumberOfMessages'] ?? 0),
      inFlight: Number(attributes['ApproximateNumberOfMessagesNotVisible'] ?? 0),
    };
  }

  async deadLetters() {
    const { RedrivePolicy: policy } = await this.attributes(['RedrivePolicy']);
    const target = deadLetterTarget(this.url, policy);
    if (target === undefined) return undefined;
    const { ApproximateNumberOfMessages: messages } = await this.attributes(
      ['ApproximateNumberOfMessages'],
      target.url,
    );
    return Number(messages ?? 0);
  }

  async send(messages: readonly QueueMessage[], signal: AbortSignal): Promise<readonly SendResult[]> {
    const command = new this.sdk.SendMessageBatchCommand({
      QueueUrl: this.url,
      Entries: messages.map(({ group, deduplicationId, body, attributes }, index) => ({
        Id: String(index),
        MessageGroupId: group,
        MessageDeduplicationId: deduplicationId,
        MessageBody: body,
        MessageAttributes: Object.fromEntries(
          Object.entries(attributes).map(([name, text]) => [name, { DataType: 'String', StringValue: text }]),
        ),
      })),
    });
    const answer = await this.call('send', (limits) => this.client.send(command, limits), { signal });
    return resultsOf<SendResult>(messages.length, answer, {
      ok: 'sent',
      failed: sendFailure,
      unanswered: sendFailure({}),
    });
  }

  async receive({ countMax, waitMs, visibilityMs }: Parameters<ReceivingQueue['receive']>[0]) {
    const command = new this.sdk.ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: countMax,
      WaitTimeSeconds: Math.floor(waitMs / 1000),
      VisibilityTimeout: Math.round(visibilityMs / 1000),
      MessageSystemAttributeNames: ['All'],
      MessageAttributeNames: ['All'],
    });
    const { Messages = [] } = await this.call('receive', (limits) => this.client.send(command, limits), {
      timeoutMs: waitMs + this.timeoutMs,
    });
    return Messages.map(deliveredMessage);
  }

  async remove(receipts: readonly string[]): Promise<readonly ReceiptResult[]> {
    const Entries = receipts.map((receipt, index) => ({ Id: String(index), ReceiptHandle: receipt }));
    const command = new this.sdk.DeleteMessageBatchCommand({ QueueUrl: this.url, Entries });
    const answer = await this.call('remove', (limits) => this.client.send(command, limits));
    return receiptResults(receipts.length, answer);
  }

  async setVisibility(receipts: readonly string[], visibilityMs: number): Promise<readonly ReceiptResult[]> {
    const VisibilityTimeout = Math.round(visibilityMs / 1000);
    const Entries = receipts.map((ReceiptHandle, index) => {
      return { Id: String(index), ReceiptHandle, VisibilityTimeout };
    });
    const command = new this.sdk.ChangeMessageVisibilityBatchCommand({ QueueUrl: this.url, Entries });
    const answer = await this.call('set visibility', (limits) => this.client.send(command, limits));
    return receiptResults(receipts.length, answer);
  }

  private async attributes(
    names: readonly AttributeName[],
    url = this.url,
  ): Promise<Readonly<Record<string, string>>> {
    const command = new this.sdk.GetQueueAttributesCommand({
      QueueUrl: url,
      AttributeNames: [...names],
    });
    const answer = await this.call('read', (limits) => this.client.send(command, limits));
    return answer.Attributes ?? {};
  }

  private limits() {
    return { abortSignal: AbortSignal.timeout(this.timeoutMs) };
  }

  private async call<T>(
    operation: string,
    request: (limits: Limits) => Promise<T>,
    { timeoutMs = this.timeoutMs, signal }: CallOptions = {},
  ): Promise<T> {
    const ended = new AbortController();
    const limit = answerTimeLimit({ clock: systemClock, timeoutMs, ended: ended.signal });
    const abortSignal = signal === undefined ? limit : AbortSignal.any([signal, limit]);
    try {
      // The SDK's own limit is an ordinary timeout, which would end a request whose answer waits to be read.
      return await request({ abortSignal, requestTimeout: 0 });
    } catch (error) {
      throw new QueueError(operation, faultOf(nameOf(error)), error);
    } finally {
      ended.abort('ended');
    }
  }
}

interface Limits {
  readonly abortSignal: AbortSignal;
  readonly requestTimeout: number;
}

interface CallOptions {
  readonly timeoutMs?: number;
  /** Ends the request early. */
  readonly signal?: AbortSignal;
}

type AttributeName = NonNullable<
  ConstructorParameters<Sdk['GetQueueAttributesCommand']>[0]['AttributeNames']
>[number];

function deliveredMessage(message: {
  readonly MessageId?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Body?: string | undefined;
  readonly Attributes?: Readonly<Record<string, string>> | undefined;
  readonly MessageAttributes?:
    | Readonly<Record<string, { readonly StringValue?: string | undefined }>>
    | undefined;
}): DeliveredMessage {
  const { Attributes: system = {}, MessageAttributes: own = {} } = message;
  return {
    messageId: message.MessageId ?? '',
    receipt: message.ReceiptHandle ?? '',
    group: system['MessageGroupId'] ?? '',
    deduplicationId: system['MessageDeduplicationId'] ?? message.MessageId ?? '',
    body: message.Body ?? '',
    attributes: Object.fromEntries(
      Object.entries(own).map(([name, value]) => [name, value.StringValue ?? '']),
    ),
    receiveCount: Number(system['ApproximateReceiveCount'] ?? 1),
    sentMs: Number(system['SentTimestamp'] ?? 0),
  };
}

/** A 200 may say that single entries failed. */
function resultsOf<Result>(
  count: number,
  answer: {
    readonly Successful?: readonly Answered[] | undefined;
    readonly Failed?: readonly EntryError[] | undefined;
  },
  to: { readonly ok: Result; readonly failed: (entry: EntryError) => Result; readonly unanswered: Result },
): readonly Result[] {
  const results: Result[] = Array.from({ length: count }, () => to.unanswered);
  for (const { Id } of answer.Successful ?? []) results[Number(Id)] = to.ok;
  for (const entry of answer.Failed ?? []) results[Number(entry.Id)] = to.failed(entry);
  return results;
}

function receiptResults(count: number, answer: Parameters<typeof resultsOf>[1]): readonly ReceiptResult[] {
  return resultsOf<ReceiptResult>(count, answer, {
    ok: 'done',
    failed: ({ Code = '' }) => (receiptFaults.has(codeOf(Code)) ? 'gone' : 'failed'),
    unanswered: 'failed',
  });
}

function sendFailure({ Code = 'no answer for this message', Message = '' }: EntryError): SendFailure {
  return {
    fault: faultOf(Code),
    error: new Error(`SQS did not accept the message: ${Code} ${Message}`.trim()),
  };
}

function faultOf(code: string): SendFailure['fault'] {
  return messageFaults.has(codeOf(code)) ? 'message' : 'queue';
}

/** `AWS.SimpleQueueService.BatchRequestTooLong` in the old protocol, the bare name in the new one. */
function codeOf(code: string): string {
  return code.slice(code.lastIndexOf('.') + 1);
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
