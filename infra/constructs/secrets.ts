/**
 * The one secret: a JSON object whose entries are named like the variables that they stand for.
 *
 * The stack makes it with every entry there, all empty but the links' secret, which is generated; a person fills in
 * the others once (docs/deploy.md). No secret value ever stands in the template.
 *
 * The entries must not depend on the configuration, and adding one is a change to plan: CloudFormation makes the
 * value anew when they change, and what was filled in would be gone.
 */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../configuration.ts';

/** What a person fills in. */
export const filledEntries = [
  'TELEGRAM_BOT_TOKEN_PROD',
  'TELEGRAM_BOT_TOKEN_DEV',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'METRICS_BEARER_TOKEN',
] as const;
/** What is generated with the secret. */
export const generatedEntry = 'OPS_LINK_SECRET';
export type SecretEntry = (typeof filledEntries)[number] | typeof generatedEntry;

/** The entries that the bot reads and does not start without: a production token stays in production. */
export function botEntries(environment: EnvironmentName): readonly SecretEntry[] {
  const token = environment === 'production' ? 'TELEGRAM_BOT_TOKEN_PROD' : 'TELEGRAM_BOT_TOKEN_DEV';
  return [token, 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];
}

/** The entries that the sidecar reads: none, unless whoever scrapes has to show a token. */
export function sidecarEntries(metricsToken: boolean): readonly SecretEntry[] {
  return metricsToken ? ['METRICS_BEARER_TOKEN'] : [];
}

export class Secrets extends Construct {
  readonly secret: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description:
        'StaffProBot: bot token, store, link secret; entries are named like the variables they stand for',
      generateSecretString: {
        secretStringTemplate: JSON.stringify(Object.fromEntries(filledEntries.map((name) => [name, '']))),
        generateStringKey: generatedEntry,
        passwordLength: 48,
        excludePunctuation: true,
      },
      removalPolicy: RemovalPolicy.DESTROY,
    });
    Validations.of(this.secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason:
        'Telegram and the store issue their tokens by hand only: there is nothing that could rotate them.',
    });
  }

  get arn(): string {
    return this.secret.secretArn;
  }

  /** Reading the value, and nothing else. */
  grantRead(grantee: IGrantable): void {
    const statement = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [this.secret.secretArn],
    });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }
}
