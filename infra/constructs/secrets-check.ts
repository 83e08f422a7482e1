/**
 * A step of the deploy: fails it with a clear line if the secret is not filled in or does not work, before any
 * task starts.
 *
 * It runs when it is created and when the required entries change. A paused stack has no such step, so that you can
 * create the secret first and fill it in before anything starts.
 *
 * Tested by: test/infra/constructs/secrets.test.ts
 */
import { CustomResource, Duration } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  metrics,
  resourceType,
  type SecretsCheckProperties,
  timeoutSeconds,
} from '../../functions/secrets-check/contract.ts';
import { metricDimension, metricNamespace } from '../../functions/shared/contract.ts';
import { BaseFunction } from './base-function.ts';
import type { SecretEntry, Secrets } from './secrets.ts';

export interface SecretsCheckProps {
  readonly secrets: Secrets;
  readonly secretsExtensionArn: string | undefined;
  readonly required: readonly SecretEntry[];
  /** The settings besides the secret with which its entries are tried. */
  readonly environment: Readonly<Record<string, string>>;
  readonly logRetentionDays: RetentionDays;
}

export class SecretsCheck extends BaseFunction {
  /** Make everything that needs the secret depend on this. */
  readonly passed: CustomResource;

  constructor(scope: Construct, id: string, props: SecretsCheckProps) {
    const { secrets, required, environment, logRetentionDays } = props;
    super(scope, id, {
      name: 'secrets-check',
      description: 'StaffProBot: fails a deploy if the secret is not filled in or does not work',
      timeout: Duration.seconds(timeoutSeconds),
      environment,
      secrets,
      secretsExtensionArn: props.secretsExtensionArn,
      logRetentionDays,
    });
    const properties: SecretsCheckProperties = { SecretArn: secrets.arn, Required: required };
    this.passed = new CustomResource(this, 'Passed', {
      serviceToken: this.function.functionArn,
      resourceType,
      properties,
      // The function answers in seconds; CloudFormation would wait for an hour.
      serviceTimeout: Duration.seconds(timeoutSeconds * 2),
    });
    // Wait for the role's policy too: without it the first read would be refused.
    this.passed.node.addDependency(this.role);
  }

  /** 1 in the minute in which the worker was cleared to start. */
  metricStarting(): Metric {
    return new Metric({
      namespace: metricNamespace,
      metricName: metrics.starting,
      statistic: 'Sum',
      period: Duration.minutes(1),
      dimensionsMap: { [metricDimension]: this.function.functionName },
    });
  }
}
