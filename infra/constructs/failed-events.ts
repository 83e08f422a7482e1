/**
 * The dead-letter queue: events whose invocation failed. An alarm watches it and a person reads it; no program does.
 *
 * Tested by: test/infra/constructs/alert-topic.test.ts
 */
import { Duration, Validations } from 'aws-cdk-lib';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

export class FailedEvents extends Construct {
  readonly queue: Queue;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.queue = new Queue(this, 'Queue', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    Validations.of(this.queue).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SQS3',
      reason: 'This is the dead-letter queue itself: no program reads it, so nothing in it can fail again.',
    });
  }

  /** Events that were given up in the last five minutes. Those before stay in the queue, and were reported once. */
  metricNew(): Metric {
    return this.queue.metricNumberOfMessagesSent({ period: Duration.minutes(5), statistic: 'Sum' });
  }

  metricWaiting(): Metric {
    return this.queue.metricApproximateNumberOfMessagesVisible({
      period: Duration.minutes(1),
      statistic: 'Maximum',
    });
  }
}
