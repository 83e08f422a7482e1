/**
 * The updates queue as the monitor and ops reach it. Loads the client on the first call: inline, nobody makes one.
 *
 * Tested by: test/adapters/operated-queue.test.ts
 */
import { probeTimeoutMs } from '../core/outage/probes.ts';
import { memoizeAsync } from '../core/platform/memoize-async.ts';
import type { DeadLetterQueue, OperatedQueue } from '../core/queue/queue-watch.ts';
import { QueueError } from '../core/queue/updates-queue.ts';
import { type AwsClientOptions, awsConfig, sqsPlace } from './aws-client.ts';
import { deadLetterTarget } from './dead-letter-queue.ts';

type Attributes = Readonly<Record<string, string | undefined>>;

export function operatedQueue(url: string, options: AwsClientOptions): OperatedQueue {
  const connected = memoizeAsync(async () => {
    const sdk = await import('@aws-sdk/client-sqs');
    const config = awsConfig({ ...options, ...sqsPlace(url, options) }, probeTimeoutMs);
    return { sdk, client: new sdk.SQSClient(config) };
  });
  const limits = () => ({ abortSignal: AbortSignal.timeout(probeTimeoutMs) });

  async function attributes(QueueUrl: string): Promise<Attributes> {
    const { sdk, client } = await connected();
    const command = new sdk.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
    return (await client.send(command, limits())).Attributes ?? {};
  }

  async function deadLetters(policy: string | undefined): Promise<DeadLetterQueue | null> {
    const target = deadLetterTarget(url, policy);
    if (target === undefined) return null;
    const { ApproximateNumberOfMessages: messages } = await attributes(target.url);
    return { receivesMax: target.receivesMax, messages: Number(messages ?? 0) };
  }

  return {
    look: () =>
      named('look', async () => {
        const own = await attributes(url);
        const count = (name: string): number => Number(own[name] ?? 0);
        return {
          visible: count('ApproximateNumberOfMessages'),
          inFlight: count('ApproximateNumberOfMessagesNotVisible'),
          isFifo: own['FifoQueue'] === 'true',
          visibilitySeconds: count('VisibilityTimeout'),
          retentionSeconds: count('MessageRetentionPeriod'),
          deadLetters: await deadLetters(own['RedrivePolicy']),
        };
      }),

    purge: () =>
      named('purge', async () => {
        const { sdk, client } = await connected();
        try {
          await client.send(new sdk.PurgeQueueCommand({ QueueUrl: url }), limits());
          return 'purged';
        } catch (error) {
          if (error instanceof sdk.PurgeQueueInProgress) return 'too soon';
          throw error;
        }
      }),
  };
}

async function named<T>(operation: string, request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    throw new QueueError(operation, 'queue', error);
  }
}
