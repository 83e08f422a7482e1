/**
 * The one secret: a JSON object whose entries are named like the variables they set.
 *
 * The stack creates it with every entry: the links' secret is generated, the others are empty until a person fills them
 * in, once (docs/deploy.md). The template never contains a secret value.
 *
 * The entries that the stack creates must never change, not even by a new version: CloudFormation would generate a new
 * value, and all that was filled in would be lost. A new entry is optional, and a person adds it to the JSON
 * (`WATCHDOG_PING_URL` is one).
 */
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { EnvironmentName } from '../configuration.ts';

/** The entries that a person fills in. */
export const filledEntries = [
  'TELEGRAM_BOT_TOKEN_PROD',
  'TELEGRAM_BOT_TOKEN_DEV',
  'UPSTASH_REDIS_REST_URL',
  'UPSTASH_REDIS_REST_TOKEN',
  'METRICS_BEARER_TOKEN',
] as const;
/** The entry that is generated. */
export const generatedEntry = 'OPS_LINK_SECRET';
export type SecretEntry = (typeof filledEntries)[number] | typeof generatedEntry;

/** The entries that the bot needs to start. The production token stays in production. */
export function botEntries(environment: EnvironmentName): readonly SecretEntry[] {
  const token = environment === 'production' ? 'TELEGRAM_BOT_TOKEN_PROD' : 'TELEGRAM_BOT_TOKEN_DEV';
  return [token, 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];
}

/** The entries that the sidecar reads: none, unless scraping needs a token. */
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
      reason: 'Telegram and the store issue tokens only by hand: nothing can rotate them automatically.',
    });
  }

  get arn(): string {
    return this.secret.secretArn;
  }

  /** Grants reading the value and nothing else. */
  grantRead(grantee: IGrantable): void {
    const statement = new PolicyStatement({
      actions: ['secretsmanager:GetSecretValue'],
      resources: [this.secret.secretArn],
    });
    grantee.grantPrincipal.addToPrincipalPolicy(statement);
  }
}
