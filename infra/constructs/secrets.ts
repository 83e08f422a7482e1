/**
 * The secret that a person fills in, and a copy of it for each reader, with nothing but the reader's entries.
 *
 * The first is a JSON object whose entries are named like the variables they set. The stack creates it with every entry:
 * the links' secret is generated, the others are empty until a person fills them in (docs/deploy.md). IAM cannot grant
 * one entry of a secret: so no process reads this one, and the function secrets-check copies from it what each reader
 * needs. The template never contains a secret value.
 *
 * The entries that the stack creates must never change, not even by a new version: CloudFormation would generate a new
 * value, and all that was filled in would be lost. A new entry is optional, and a person adds it to the JSON
 * (`WATCHDOG_PING_URL` is one).
 */
import { RemovalPolicy, SecretValue, Validations } from 'aws-cdk-lib';
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type ISecret, Secret, type SecretProps } from 'aws-cdk-lib/aws-secretsmanager';
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
/** The entry that a person may add. */
export const addedEntry = 'WATCHDOG_PING_URL';
export type SecretEntry = (typeof filledEntries)[number] | typeof generatedEntry | typeof addedEntry;

/** The entries that the bot needs to start. The production token stays in production. */
export function botEntries(environment: EnvironmentName): readonly SecretEntry[] {
  const token = environment === 'production' ? 'TELEGRAM_BOT_TOKEN_PROD' : 'TELEGRAM_BOT_TOKEN_DEV';
  return [token, 'UPSTASH_REDIS_REST_URL', 'UPSTASH_REDIS_REST_TOKEN'];
}

/** The entries that the sidecar reads: none, unless scraping needs a token. */
export function sidecarEntries(metricsToken: boolean): readonly SecretEntry[] {
  return metricsToken ? ['METRICS_BEARER_TOKEN'] : [];
}

export interface SecretsProps {
  readonly environmentName: EnvironmentName;
  readonly metricsToken: boolean;
  readonly links: boolean;
}

/** A secret with the entries of one role. */
export interface ReaderSecret {
  readonly secret: ISecret;
  readonly entries: readonly SecretEntry[];
}

const readers = ['worker', 'monitor', 'ops'] as const;
export type Reader = (typeof readers)[number];

export class Secrets extends Construct {
  /** The one that a person fills in. */
  readonly source: ISecret;
  /** The worker's is for both of its containers, which share a role that only ECS uses. */
  readonly copies: Readonly<Record<Reader, ReaderSecret>>;

  constructor(scope: Construct, id: string, { environmentName, metricsToken, links }: SecretsProps) {
    super(scope, id);
    this.source = this.makeSecret('Secret', {
      description:
        'StaffProBot: bot token, store, link secret; entries are named like the variables they stand for',
      generateSecretString: {
        secretStringTemplate: JSON.stringify(Object.fromEntries(filledEntries.map((name) => [name, '']))),
        generateStringKey: generatedEntry,
        passwordLength: 48,
        excludePunctuation: true,
      },
    });
    const bot = botEntries(environmentName);
    const linkEntries: readonly SecretEntry[] = links ? [generatedEntry] : [];
    this.copies = {
      worker: this.makeCopy('Worker', [...bot, ...sidecarEntries(metricsToken)]),
      monitor: this.makeCopy('Monitor', [...bot, ...linkEntries, addedEntry]),
      ops: this.makeCopy('Ops', [...bot, ...linkEntries]),
    };
  }

  private makeCopy(id: string, entries: readonly SecretEntry[]): ReaderSecret {
    const secret = this.makeSecret(id, {
      description: `StaffProBot: what the ${id.toLowerCase()} reads; a copy, which a person never fills in`,
      secretStringValue: SecretValue.unsafePlainText('{}'),
    });
    return { secret, entries };
  }

  private makeSecret(id: string, props: SecretProps): Secret {
    const secret = new Secret(this, id, { ...props, removalPolicy: RemovalPolicy.DESTROY });
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions::AwsSolutions-SMG4',
      reason: 'Telegram and the store issue tokens only by hand: nothing can rotate them automatically.',
    });
    return secret;
  }
}

/** Grants reading the value and nothing else. */
export function grantRead(grantee: IGrantable, secret: ISecret): void {
  grantee.grantPrincipal.addToPrincipalPolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.secretArn] }),
  );
}
