/**
 * The queue between the worker that polls and the tasks that run handlers, with its dead-letter queue.
 *
 * FIFO: the messages of a group, which is a chat, come in order, and none while an earlier one is being handled. The
 * sender gives each message its deduplication id, so content decides nothing.
 *
 * The dead-letter queue is a net only: the tasks count attempts themselves, and put a poison update among the dead
 * letters of the store after three. Whatever arrives here was received thirty times and never ended.
 *
 * @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
 */
import { Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import {
  DeduplicationScope,
  FifoThroughputLimit,
  Queue,
  QueueEncryption,
  type QueueProps,
} from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** A message that was received so often comes back for ever. */
const receivesMax = 30;
/** A receive asks for its own; this is for whoever reads the queue by hand. */
const visibility = Duration.seconds(30);
const retention = Duration.days(14);

const common: QueueProps = {
  fifo: true,
  encryption: QueueEncryption.SQS_MANAGED,
  enforceSSL: true,
  retentionPeriod: retention,
  visibilityTimeout: visibility,
  // It may hold people's messages: it stays when the stack goes back to inline, or goes.
  removalPolicy: RemovalPolicy.RETAIN,
};

export class UpdatesQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.deadLetters = new Queue(this, 'DeadLetters', common);
    Validations.of(this.deadLetters).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue itself: a person reads it.',
    });
    this.queue = new Queue(this, 'Queue', {
      ...common,
      contentBasedDeduplication: false,
      deduplicationScope: DeduplicationScope.MESSAGE_GROUP,
      fifoThroughputLimit: FifoThroughputLimit.PER_MESSAGE_GROUP_ID,
      receiveMessageWaitTime: Duration.seconds(10),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: receivesMax },
    });
  }

  /** The worker's rights: it also watches how much waits. */
  grantSend(grantee: IGrantable): void {
    this.grant(grantee, ['sqs:SendMessage']);
    this.grantWatch(grantee);
  }

  /** The rights of the tasks that run handlers. */
  grantConsume(grantee: IGrantable): void {
    this.grant(grantee, [
      'sqs:ReceiveMessage',
      'sqs:DeleteMessage',
      'sqs:ChangeMessageVisibility',
      'sqs:GetQueueAttributes',
    ]);
  }

  /** Whoever has these sees how much waits, also among the dead letters. */
  grantWatch(grantee: IGrantable): void {
    this.grant(grantee, ['sqs:GetQueueAttributes'], [this.queue, this.deadLetters]);
  }

  /** The ops function's rights, beside those of `grantWatch`. */
  grantPurge(grantee: IGrantable): void {
    this.grant(grantee, ['sqs:PurgeQueue']);
  }

  /** How old the oldest message is, in seconds. Messages that were received three times and more do not count. */
  metricOldestAge(): Metric {
    return this.queue.metricApproximateAgeOfOldestMessage(everyMinute);
  }

  metricDepth(): Metric {
    return this.queue.metricApproximateNumberOfMessagesVisible(everyMinute);
  }

  metricInFlight(): Metric {
    return this.queue.metricApproximateNumberOfMessagesNotVisible(everyMinute);
  }

  metricDeadLetters(): Metric {
    return this.deadLetters.metricApproximateNumberOfMessagesVisible(everyMinute);
  }

  private grant(grantee: IGrantable, actions: string[], queues: readonly Queue[] = [this.queue]): void {
    const statement = new PolicyStatement({ actions, resources: queues.map(({ queueArn }) => queueArn) });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }
}

const everyMinute = { period: Duration.minutes(1), statistic: 'Maximum' };
