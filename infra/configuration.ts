/**
 * The CDK context, checked whole and turned into a configuration of the stack.
 *
 * A value from `-c name=value` is always text; one from `cdk.json` may be a number, a boolean or a list. Both are read
 * in the same way, and none is a secret.
 *
 * Guarantees: reports all problems at once, one line each; a misspelt name is a problem. Asks no account. Checks only
 * the shape of what is passed on to a process: the process checks its whole environment when it starts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  apiRootFix,
  botIdFormat,
  type Environment,
  keyPrefixFormat,
  locales,
  logLevels,
  refuseUnencrypted,
  runbookInRepository,
  runbookUrlFormat,
  telegramIdFormat,
  VariableReader,
} from '../services/core/settings/contract.ts';
import { type HandlersConfiguration, readHandlers } from './handlers-configuration.ts';
import { readTaskSize, type TaskSize } from './task-size.ts';

export type Context = Readonly<Record<string, unknown>>;

/** Not `development`, whose workers drop pending updates when they stop: a deploy would lose messages. */
export const environmentNames = ['production', 'staging'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

export interface NetworkConfiguration {
  /** Private: the worker has no public address and goes out through NAT. */
  readonly kind: 'public' | 'private';
  /** Undefined: the stack creates its own VPC. */
  readonly given: { readonly vpcId: string; readonly subnetIds: readonly string[] } | undefined;
  /** Who may scrape: security groups and CIDRs. */
  readonly metricsFrom: readonly string[];
}

export interface ImageConfiguration {
  /** A prebuilt image. Undefined: built from this repository. */
  readonly uri: string | undefined;
  readonly baseImage: string | undefined;
  /** The company's own handlers, bundled into the image: a module from the repository's root. */
  readonly handlers: string | undefined;
}

export interface Configuration {
  readonly environment: EnvironmentName;
  readonly stackName: string;
  readonly network: NetworkConfiguration;
  readonly image: ImageConfiguration;
  readonly taskSize: TaskSize;
  /** The tasks that run handlers; undefined: they run in the worker. */
  readonly handlers: HandlersConfiguration | undefined;
  readonly standbyCount: number;
  readonly spot: boolean;
  /** Everything exists, nothing runs: until the secret is filled in, and for planned stops. */
  readonly paused: boolean;
  /** The stack refuses to be destroyed. */
  readonly isProtected: boolean;
  /** The Parameters and Secrets extension, where the CDK does not know it for the region. */
  readonly secretsExtensionArn: string | undefined;
  readonly links: boolean;
  readonly metricsToken: boolean;
  readonly boundConcurrency: boolean;
  readonly alertEmail: string | undefined;
  readonly logRetentionDays: number;
  readonly runbookUrl: string;
  /** The age of the heartbeat, in seconds, above which the bot counts as down. */
  readonly heartbeatStaleSeconds: number;
  /** The variables of the bot and the functions that are set. */
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
}

export type SettingName =
  | 'PRODUCTION_BOT_ID'
  | 'TELEGRAM_API_ROOT'
  | 'REDIS_KEY_PREFIX'
  | 'SUPERADMIN_TELEGRAM_IDS'
  | 'HEARTBEAT_STALE_SECONDS'
  | 'REMINDER_MINUTES'
  | 'AUTO_RESTART_MINUTES'
  | 'NOTIFY_LOCALE'
  | 'LOG_LEVEL';

export type ConfigurationResult =
  | { readonly ok: true; readonly configuration: Configuration }
  | { readonly ok: false; readonly problems: readonly string[] };

const root = join(import.meta.dirname, '..');
const dayMinutes = 1440;
/** CloudWatch Logs accepts only such numbers of days. */
const retentions = ['1', '3', '5', '7', '14', '30', '60', '90', '180', '365'] as const;

export function readConfiguration(context: Context): ConfigurationResult {
  const reader = new VariableReader(asVariables(context));
  const environment = reader.choice('environment', environmentNames, 'production');
  const heartbeatStaleSeconds = reader.integer('heartbeatStaleSeconds', { min: 60, max: 86_400 });
  const configuration: Configuration = {
    environment,
    stackName:
      reader.formatted('stackName', {
        shape: /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
        expected: 'up to 64 letters, digits and hyphens, a letter first',
        fix: `choose such a name, or leave it out for StaffProBot-${environment}`,
      }) ?? `StaffProBot-${environment}`,
    network: readNetwork(reader),
    image: readImage(reader),
    taskSize: readTaskSize(reader, { cpu: 'cpu', memory: 'memory' }),
    handlers: readHandlers(reader),
    standbyCount: reader.integer('standbyCount', { min: 0, max: 4 }) ?? 0,
    spot: reader.flag('spot'),
    paused: reader.flag('paused'),
    isProtected: reader.choice('protected', ['true', 'false'], 'true') === 'true',
    secretsExtensionArn: reader.formatted('secretsExtensionArn', {
      shape: /^arn:[\w-]+:lambda:[\w-]+:\d{12}:layer:[\w-]+:\d+$/,
      expected: "the ARN of the Parameters and Secrets extension's layer for ARM64",
      fix: "copy it for your region from AWS's page of the extension",
    }),
    links: reader.flag('links'),
    metricsToken: reader.flag('metricsToken'),
    boundConcurrency: reader.flag('boundConcurrency'),
    alertEmail: reader.formatted('alertEmail', {
      shape: /^[^\s@]+@[^\s@]+\.[^\s@]+$/,
      expected: 'an e-mail address',
      fix: 'write it like oncall@example.com',
    }),
    logRetentionDays: Number(reader.choice('logRetentionDays', retentions, '30')),
    runbookUrl: reader.formatted('runbookUrl', runbookUrlFormat) ?? runbookInRepository,
    heartbeatStaleSeconds: heartbeatStaleSeconds ?? 300,
    settings: readSettings(reader, environment, heartbeatStaleSeconds),
  };
  refuseUnknown(reader, context);
  return reader.problems.length > 0 ? { ok: false, problems: reader.problems } : { ok: true, configuration };
}

/** Every value as text, a list comma-separated, as `-c name=value` would give it. */
function asVariables(context: Context): Environment {
  const text = (value: unknown): string | undefined => {
    if (value === undefined || value === null) return undefined;
    return (Array.isArray(value) ? value.map(String).join(',') : String(value)).trim();
  };
  return Object.fromEntries(Object.entries(context).map(([name, value]) => [name, text(value)]));
}

/**
 * Reports every name that was not read: a misspelt one would be ignored in silence. CDK's own names contain `:`, `@`
 * or `-`.
 */
function refuseUnknown(reader: VariableReader, context: Context): void {
  const known = [...reader.names].toSorted();
  for (const name of Object.keys(context)) {
    if (/[^A-Za-z0-9_]/.test(name) || reader.names.has(name)) continue;
    reader.report(name, {
      expected: 'a name that the stack knows',
      got: 'another',
      fix: `correct the name; the known names: ${known.join(', ')}`,
    });
  }
}

function readNetwork(reader: VariableReader): NetworkConfiguration {
  const vpcId = reader.formatted('vpcId', {
    shape: /^vpc-[0-9a-f]{8,17}$/,
    expected: 'the id of a VPC',
    fix: 'write it like vpc-0123456789abcdef0, or leave it out for a VPC of its own',
  });
  const subnetIds = reader.list('subnetIds', {
    shape: /^subnet-[0-9a-f]{8,17}$/,
    expected: 'ids of subnets, comma-separated',
    fix: 'write them like subnet-0123456789abcdef0',
  });
  if ((vpcId === undefined) !== (subnetIds.length === 0)) {
    const [name, other] = vpcId === undefined ? ['vpcId', 'subnetIds'] : ['subnetIds', 'vpcId'];
    const fix = 'set both or neither';
    reader.report(name, { expected: `a value, because ${other} is set`, got: 'nothing', fix });
  }
  const metricsFrom = reader.list('metricsFrom', {
    shape: /^sg-[0-9a-f]{8,17}$|^(\d{1,3}\.){3}\d{1,3}\/([1-9]|[12]\d|3[0-2])$/,
    expected: 'security groups and CIDRs that Prometheus scrapes from, comma-separated; never everybody',
    fix: 'write them like sg-0123456789abcdef0 or 10.0.0.0/16',
  });
  return {
    kind: reader.choice('network', ['public', 'private'], 'public'),
    given: vpcId === undefined ? undefined : { vpcId, subnetIds },
    metricsFrom,
  };
}

/** A name, and a tag or a digest. A digest that is cut short would be refused only by the build. */
const imageAddress = /^[a-z0-9][\w./:-]*(@sha256:[0-9a-f]{64})?$/;

/** Whether the address names exactly one image for ever. A tag names whatever was pushed last. */
export function isPinned(address: string): boolean {
  return address.includes('@');
}

function readImage(reader: VariableReader): ImageConfiguration {
  const uri = reader.formatted('image', {
    shape: imageAddress,
    expected: 'the address of an image',
    fix: 'write it like 111122223333.dkr.ecr.eu-central-1.amazonaws.com/staffprobot:1',
  });
  const baseImage = reader.formatted('baseImage', {
    shape: imageAddress,
    expected: 'the address of an image with Node 24 and npm',
    fix: 'write it like public.ecr.aws/docker/library/node@sha256:<64 digits>, or with a tag',
  });
  const handlers = reader.text('botHandlers');
  if (handlers !== undefined && !existsSync(join(root, handlers))) {
    reader.report('botHandlers', {
      expected: 'a module of this repository, as a path from its root',
      got: `${JSON.stringify(handlers)}, which does not exist`,
      fix: 'write it like services/bot/handlers/features.ts',
    });
  }
  for (const name of ['baseImage', 'botHandlers']) {
    if (uri === undefined || reader.text(name) === undefined) continue;
    const fix = 'leave one of the two out';
    reader.report(name, { expected: 'nothing beside image, which is used as it is', got: 'a value', fix });
  }
  return { uri, baseImage, handlers };
}

function readSettings(
  reader: VariableReader,
  environment: EnvironmentName,
  heartbeatStaleSeconds: number | undefined,
): Configuration['settings'] {
  const telegramApiRoot = reader.httpUrl('telegramApiRoot', 'https://bot-api.example.com');
  if (environment === 'production') {
    refuseUnencrypted(reader, 'telegramApiRoot', { url: telegramApiRoot, fix: apiRootFix });
  }
  const given: Record<SettingName, string | number | undefined> = {
    PRODUCTION_BOT_ID: reader.formatted('productionBotId', botIdFormat),
    TELEGRAM_API_ROOT: telegramApiRoot,
    REDIS_KEY_PREFIX: reader.formatted('redisKeyPrefix', keyPrefixFormat),
    SUPERADMIN_TELEGRAM_IDS: reader.list('superadminTelegramIds', telegramIdFormat).join(',') || undefined,
    HEARTBEAT_STALE_SECONDS: heartbeatStaleSeconds,
    REMINDER_MINUTES: reader.integer('reminderMinutes', { min: 0, max: dayMinutes }),
    AUTO_RESTART_MINUTES: reader.integer('autoRestartMinutes', { min: 0, max: dayMinutes }),
    NOTIFY_LOCALE: reader.choice('notifyLocale', locales, 'ru'),
    LOG_LEVEL: reader.choice('logLevel', logLevels, 'info'),
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
