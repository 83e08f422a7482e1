/**
 * The heartbeat monitor: the function, and the rule that invokes it every minute.
 *
 * A failed invocation is not retried: the next one comes a minute later. Events that EventBridge could not deliver, or
 * that Lambda gave up, go to the queue of failed events.
 *
 * Besides its log and its secret, it may publish to the alert topic and describe the one service. It may restart that
 * service only if automatic restarts are on. In queue mode it may also see how much waits in the queue.
 *
 * Tested by: test/infra/constructs/functions.test.ts
 *
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
 */
import { Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { everyMinutes, metrics, timeoutSeconds } from '../../functions/heartbeat-monitor/contract.ts';
import { metricDimension, metricNamespace } from '../../functions/shared/contract.ts';
import type { AlertTopic } from './alert-topic.ts';
import { BaseFunction } from './base-function.ts';
import { grantWatchService, type WatchedService } from './ecs-grants.ts';
import type { UpdatesQueue } from './updates-queue.ts';

export interface HeartbeatMonitorProps {
  readonly environment: Readonly<Record<string, string>>;
  readonly secret: ISecret;
  readonly secretsExtensionArn: string | undefined;
  readonly alertTopic: AlertTopic;
  readonly worker: WatchedService;
  /** Undefined: handlers run inline. */
  readonly updates: UpdatesQueue | undefined;
  /** Where one-tap links lead. Undefined: links are off. */
  readonly opsUrl: string | undefined;
  /** The function that the alerts by mail say to invoke. */
  readonly opsFunctionName: string;
  readonly runbookUrl: string;
  readonly autoRestart: boolean;
  readonly failedEvents: IQueue;
  readonly boundConcurrency: boolean;
  readonly paused: boolean;
  readonly logRetentionDays: RetentionDays;
}

export class HeartbeatMonitor extends BaseFunction {
  /** Invokes the monitor every minute. */
  readonly schedule: Rule;

  constructor(scope: Construct, id: string, props: HeartbeatMonitorProps) {
    const { alertTopic, worker, opsUrl } = props;
    super(scope, id, {
      name: 'heartbeat-monitor',
      description: 'StaffProBot: checks the heartbeat every minute and alerts the superadmins',
      timeout: Duration.seconds(timeoutSeconds),
      environment: {
        ...props.environment,
        SECRETS_ARN: props.secret.secretArn,
        ALERT_TOPIC_ARN: alertTopic.topic.topicArn,
        ECS_CLUSTER: worker.cluster.clusterName,
        ECS_SERVICE: worker.service.serviceName,
        OPS_FUNCTION_NAME: props.opsFunctionName,
        RUNBOOK_URL: props.runbookUrl,
        ...(opsUrl === undefined ? {} : { OPS_BASE_URL: opsUrl }),
      },
      secret: props.secret,
      secretsExtensionArn: props.secretsExtensionArn,
      logRetentionDays: props.logRetentionDays,
      failedEvents: props.failedEvents,
      concurrencyMax: props.boundConcurrency ? 1 : undefined,
    });
    alertTopic.grantPublish(this.role);
    grantWatchService(this.role, worker, { mayRestart: props.autoRestart });
    props.updates?.grantWatch(this.role);
    this.schedule = new Rule(this, 'EveryMinute', {
      description: 'StaffProBot: runs the heartbeat monitor every minute',
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

  /** 1 for each completed pass. */
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

  metricUnreachableRecipients(): Metric {
    return this.metric(metrics.unreachableRecipients, 'Maximum');
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
