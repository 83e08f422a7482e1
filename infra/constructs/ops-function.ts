/**
 * The ops function: invoked by operators, by one-tap links if they are on, and when a worker's task stops.
 *
 * IAM decides who may invoke it: attach `operatorsPolicy` to people and roles. The function URL exists only with links.
 * It is open to everybody, because a link must work on a phone without AWS credentials; the handler verifies every
 * request itself.
 *
 * Invocations are never retried: an operator's action must not happen twice, and a lost event of a stopped task costs
 * no more than one lease.
 *
 * Tested by: test/infra/constructs/functions.test.ts
 */
import { Duration, Validations } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { FunctionUrlAuthType, InvokeMode } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { taskStoppedEvent, timeoutSeconds } from '../../functions/release-lock/contract.ts';
import { BaseFunction } from './base-function.ts';
import { grantWatchService, type WatchedService } from './ecs-grants.ts';
import type { UpdatesQueue } from './updates-queue.ts';

export interface OpsFunctionProps {
  readonly environment: Readonly<Record<string, string>>;
  readonly secret: ISecret;
  readonly secretsExtensionArn: string | undefined;
  readonly worker: WatchedService;
  /** Undefined: handlers run inline. */
  readonly queueMode: { readonly updates: UpdatesQueue; readonly handlers: WatchedService } | undefined;
  readonly links: boolean;
  readonly failedEvents: IQueue;
  readonly boundConcurrency: boolean;
  readonly logRetentionDays: RetentionDays;
}

/** A recovery takes minutes; meanwhile a stopped task's event and a second operator must get through. */
const concurrencyMax = 3;

export class OpsFunction extends BaseFunction {
  readonly operatorsPolicy: ManagedPolicy;
  /** Undefined: links are off. */
  readonly url: string | undefined;

  constructor(scope: Construct, id: string, props: OpsFunctionProps) {
    const { worker, queueMode } = props;
    super(scope, id, {
      name: 'release-lock',
      description: 'StaffProBot: status, release-lock, drop-updates, restart, recover',
      timeout: Duration.seconds(timeoutSeconds),
      environment: {
        ...props.environment,
        SECRETS_ARN: props.secret.secretArn,
        ECS_CLUSTER: worker.cluster.clusterName,
        ECS_SERVICE: worker.service.serviceName,
        ...(queueMode === undefined ? {} : { ECS_HANDLERS_SERVICE: queueMode.handlers.service.serviceName }),
      },
      secret: props.secret,
      secretsExtensionArn: props.secretsExtensionArn,
      logRetentionDays: props.logRetentionDays,
      failedEvents: props.failedEvents,
      concurrencyMax: props.boundConcurrency ? concurrencyMax : undefined,
    });
    grantWatchService(this.role, worker, { mayRestart: true });
    if (queueMode !== undefined) {
      grantWatchService(this.role, queueMode.handlers, { mayRestart: true });
      queueMode.updates.grantWatch(this.role);
      queueMode.updates.grantPurge(this.role);
    }
    this.operatorsPolicy = this.makeOperatorsPolicy();
    this.invokeOnStoppedTasks(props);
    this.url = props.links ? this.makeUrl() : undefined;
  }

  /** Refused requests to the function URL; without links there is no URL and no data. */
  metricRefusals(): Metric {
    return new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Url4xxCount',
      statistic: 'Sum',
      period: Duration.minutes(5),
      dimensionsMap: { FunctionName: this.function.functionName },
    });
  }

  /** A command to paste, from anywhere, with the operators' policy. */
  invokeCommand(payload: Readonly<Record<string, unknown>>): string {
    const { functionName, stack } = this.function;
    return (
      `aws lambda invoke --region ${stack.region} --function-name ${functionName} --cli-read-timeout 0 ` +
      `--cli-binary-format raw-in-base64-out --payload '${JSON.stringify(payload)}' /dev/stdout`
    );
  }

  private makeUrl(): string {
    const { url } = this.function.addFunctionUrl({
      authType: FunctionUrlAuthType.NONE,
      invokeMode: InvokeMode.RESPONSE_STREAM,
    });
    return url;
  }

  private makeOperatorsPolicy(): ManagedPolicy {
    const policy = new ManagedPolicy(this, 'Operators', {
      description: 'StaffProBot: may invoke the ops function, and nothing else',
      statements: [
        new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [this.function.functionArn] }),
      ],
    });
    Validations.of(policy).acknowledge({
      id: 'AwsSolutions::AwsSolutions-IAM4',
      reason: 'This policy is made to be attached to people and roles, which live outside this stack.',
    });
    return policy;
  }

  private invokeOnStoppedTasks({ worker, failedEvents }: OpsFunctionProps): void {
    new Rule(this, 'TaskStopped', {
      description: 'StaffProBot: releases the lock of a worker whose bot stopped',
      eventPattern: {
        source: [taskStoppedEvent.source],
        detailType: [taskStoppedEvent.detailType],
        detail: {
          clusterArn: [worker.cluster.clusterArn],
          group: [`service:${worker.service.serviceName}`],
          // EventBridge matches both in one element of the list.
          containers: {
            name: [taskStoppedEvent.container.name],
            lastStatus: [taskStoppedEvent.container.lastStatus],
          },
        },
      },
      targets: [
        new LambdaFunction(this.function, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: failedEvents,
        }),
      ],
    });
  }
}
