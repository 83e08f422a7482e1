/**
 * The step of a deploy that fails with a clear line when the secret is not filled in, before any task is tried.
 *
 * It runs when it is made and when what is required changes. A stack that is paused has none: so the secret can be
 * made first and filled in before anything starts.
 */
import { CustomResource, Duration } from 'aws-cdk-lib';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import {
  resourceType,
  type SecretsCheckProperties,
  timeoutSeconds,
} from '../../functions/secrets-check/contract.ts';
import { BaseFunction } from './base-function.ts';
import type { SecretEntry, Secrets } from './secrets.ts';

export interface SecretsCheckProps {
  readonly secrets: Secrets;
  readonly required: readonly SecretEntry[];
  readonly logRetentionDays: RetentionDays;
}

export class SecretsCheck extends BaseFunction {
  /** What needs the secret waits for this. */
  readonly passed: CustomResource;

  constructor(scope: Construct, id: string, { secrets, required, logRetentionDays }: SecretsCheckProps) {
    super(scope, id, {
      name: 'secrets-check',
      description: 'StaffProBot: fails a deploy whose secret is not filled in',
      timeout: Duration.seconds(timeoutSeconds),
      environment: {},
      secrets,
      logRetentionDays,
    });
    const properties: SecretsCheckProperties = { SecretArn: secrets.arn, Required: required };
    this.passed = new CustomResource(this, 'Passed', {
      serviceToken: this.function.functionArn,
      resourceType,
      properties,
      // The function answers in seconds; CloudFormation's own patience is an hour.
      serviceTimeout: Duration.seconds(timeoutSeconds * 2),
    });
    // The role's policy is not part of the function: without it the first read would be refused.
    this.passed.node.addDependency(this.role);
  }
}
