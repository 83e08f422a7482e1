/**
 * The function that looks after the secret, and the two steps of the deploy that it takes.
 *
 * `passed` fails the deploy with a clear line if the secret is not filled in or does not work, before any task starts. It
 * runs when it is created and when the required entries change. A paused stack has no such step, so that you can create
 * the secret first and fill it in before anything starts.
 *
 * `copied` gives each reader its entries. It runs when it is created, at each start, and when the entries of a reader
 * change; a person invokes the same after a change of the secret. Everything that reads a copy depends on it, so an
 * upgrade from a version without copies fills them before anybody reads them, and a rollback leaves the one secret as it
 * was.
 *
 * Tested by: test/infra/constructs/secrets.test.ts
 */
import { CustomResource, Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  type CopyPlan,
  checkResourceType,
  copyRequest,
  copyResourceType,
  metrics,
  planVariable,
  type SecretsCheckProperties,
  type SecretsCopyProperties,
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
  readonly paused: boolean;
  readonly logRetentionDays: RetentionDays;
}

export class SecretsCheck extends BaseFunction {
  /** Make everything that starts the worker depend on this. Undefined while paused. */
  readonly passed: CustomResource | undefined;
  /** Make everything that reads a copy depend on this. */
  readonly copied: CustomResource;

  constructor(scope: Construct, id: string, props: SecretsCheckProps) {
    const { secrets, required, environment, paused, logRetentionDays } = props;
    const plan = Stack.of(scope).toJsonString(planOf(secrets, required));
    super(scope, id, {
      name: 'secrets-check',
      description: 'StaffProBot: checks the secret and gives each reader its entries',
      timeout: Duration.seconds(timeoutSeconds),
      environment: { ...environment, [planVariable]: plan },
      secret: secrets.source,
      secretsExtensionArn: props.secretsExtensionArn,
      logRetentionDays,
    });
    this.role.addToPolicy(
      new PolicyStatement({
        actions: ['secretsmanager:PutSecretValue'],
        resources: Object.values(secrets.copies).map(({ secret }) => secret.secretArn),
      }),
    );
    const properties: SecretsCheckProperties = { SecretArn: secrets.source.secretArn, Required: required };
    this.passed = paused ? undefined : this.makeStep('Passed', checkResourceType, properties);
    const copying: SecretsCopyProperties = { Plan: plan, Paused: String(paused) };
    this.copied = this.makeStep('Copied', copyResourceType, copying);
    if (this.passed !== undefined) this.copied.node.addDependency(this.passed);
  }

  /** To paste after a change of the secret. */
  copyCommand(): string {
    const { functionName, stack } = this.function;
    return (
      `aws lambda invoke --region ${stack.region} --function-name ${functionName} ` +
      `--cli-binary-format raw-in-base64-out --payload '${JSON.stringify(copyRequest)}' /dev/stdout`
    );
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

  private makeStep(id: string, resourceType: string, properties: object): CustomResource {
    const step = new CustomResource(this, id, {
      serviceToken: this.function.functionArn,
      resourceType,
      properties,
      // The function answers in seconds; CloudFormation would wait for an hour.
      serviceTimeout: Duration.seconds(timeoutSeconds * 2),
    });
    // Wait for the role's policy too: without it the first read would be refused.
    step.node.addDependency(this.role);
    return step;
  }
}

function planOf({ source, copies }: Secrets, required: readonly SecretEntry[]): CopyPlan {
  return {
    source: source.secretArn,
    copies: Object.entries(copies).map(([reader, { secret, entries }]) => ({
      reader,
      arn: secret.secretArn,
      entries,
    })),
    required,
  };
}
