/**
 * The heartbeat monitor: the function, and the rule that calls it every minute.
 *
 * A call that fails is not repeated: a minute later comes the next. What could not be delivered to Lambda, or was given
 * up by it, goes to the queue of failed events.
 *
 * Beyond its log and the secret it may publish on the alert topic and look at the one service; it may restart that
 * service only when automatic restarts are on.
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import {
  everyMinutes,
  metricDimension,
  metricNamespace,
  metrics,
  timeoutSeconds,
} from '../../functions/heartbeat-monitor/contract.ts';
import { BaseFunction } from './base-function.ts';
import { grantWatchService, type WatchedService } from './ecs-grants.ts';
import type { Notifications } from './notifications.ts';
import type { Secrets } from './secrets.ts';

export interface HeartbeatMonitorProps {
  readonly environment: Readonly<Record<string, string>>;
  readonly secrets: Secrets;
  readonly notifications: Notifications;
  readonly worker: WatchedService;
  /** Where one-tap links lead; undefined when they are off. */
  readonly opsUrl: string | undefined;
  readonly autoRestart: boolean;
  readonly failedEvents: IQueue;
  readonly boundConcurrency: boolean;
  readonly paused: boolean;
  readonly logRetentionDays: RetentionDays;
}

export class HeartbeatMonitor extends BaseFunction {
  constructor(scope: Construct, id: string, props: HeartbeatMonitorProps) {
    const { notifications, worker, opsUrl } = props;
    super(scope, id, {
      name: 'heartbeat-monitor',
      description: 'StaffProBot: looks at the heartbeat every minute and tells the superadmins',
      timeout: Duration.seconds(timeoutSeconds),
      environment: {
        ...props.environment,
        SECRETS_ARN: props.secrets.arn,
        ALERT_TOPIC_ARN: notifications.topic.topicArn,
        ECS_CLUSTER: worker.cluster.clusterName,
        ECS_SERVICE: worker.service.serviceName,
        ...(opsUrl === undefined ? {} : { OPS_BASE_URL: opsUrl }),
      },
      secrets: props.secrets,
      logRetentionDays: props.logRetentionDays,
      failedEvents: props.failedEvents,
      concurrencyMax: props.boundConcurrency ? 1 : undefined,
    });
    notifications.grantPublish(this.role);
    grantWatchService(this.role, worker, { mayRestart: props.autoRestart });
    new Rule(this, 'EveryMinute', {
      description: 'StaffProBot: the heartbeat monitor',
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      enabled: !props.paused,
      targets: [
        new LambdaFunction(this.function, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: props.failedEvents,
        }),
      ],
    });
  }

  /** 1 at the end of every full pass. */
  metricPass(): Metric {
    return this.metric(metrics.pass, 'Sum');
  }

  metricHeartbeatAge(): Metric {
    return this.metric(metrics.heartbeatAge, 'Maximum');
  }

  metricOutageOpen(): Metric {
    return this.metric(metrics.outageOpen, 'Maximum');
  }

  metricOldestUndelivered(): Metric {
    return this.metric(metrics.oldestUndelivered, 'Maximum');
  }

  private metric(metricName: string, statistic: string): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName,
      statistic,
      period: Duration.minutes(everyMinutes),
      dimensionsMap: { [metricDimension]: this.function.functionName },
    });
  }
}
