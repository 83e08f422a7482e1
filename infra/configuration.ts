/**
 * The CDK context, checked whole and turned into what the stack is to be.
 *
 * Guarantees: all problems are found at once, one line each; a misspelt name is a problem. Nothing is looked up in
 * an account. What a process is told through its environment is checked here for its shape only: the process itself
 * checks it whole when it starts.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, ContextReader } from './context-reader.ts';

/** Not `development`, whose workers drop pending updates when they stop: a deploy would lose messages. */
export const environmentNames = ['production', 'staging'] as const;
export type EnvironmentName = (typeof environmentNames)[number];

export interface NetworkConfiguration {
  /** Private: the worker has no public address and goes out through NAT. */
  readonly kind: 'public' | 'private';
  /** An own VPC is made when undefined. */
  readonly given: { readonly vpcId: string; readonly subnetIds: readonly string[] } | undefined;
  /** Who may scrape: security groups and CIDRs. */
  readonly metricsFrom: readonly string[];
}

export interface ImageConfiguration {
  /** A finished image; built from this repository when undefined. */
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
  readonly standbyCount: number;
  readonly spot: boolean;
  /** Everything stands, nothing runs: for the time before the secret is filled in, and for planned stops. */
  readonly paused: boolean;
  readonly links: boolean;
  readonly metricsToken: boolean;
  readonly boundConcurrency: boolean;
  readonly alertEmail: string | undefined;
  readonly logRetentionDays: number;
  readonly runbookUrl: string;
  /** The heartbeat's age, in seconds, over which the bot counts as down. */
  readonly heartbeatStaleSeconds: number;
  /** What was set of the variables that bot and functions share. */
  readonly settings: Readonly<Partial<Record<SettingName, string>>>;
}

export type SettingName =
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
/** CloudWatch Logs takes these and no others. */
const retentions = ['1', '3', '5', '7', '14', '30', '60', '90', '180', '365'] as const;

export function readConfiguration(context: Context): ConfigurationResult {
  const reader = new ContextReader(context);
  const environment = reader.choice('environment', environmentNames, 'production');
  const heartbeatStaleSeconds = reader.integer('heartbeatStaleSeconds', { min: 60, max: 86_400 });
  const configuration: Configuration = {
    environment,
    stackName:
      reader.shaped('stackName', /^[A-Za-z][A-Za-z0-9-]{0,63}$/, {
        expected: 'up to 64 letters, digits and hyphens, a letter first',
        mend: `choose such a name, or leave it out for StaffProBot-${environment}`,
      }) ?? `StaffProBot-${environment}`,
    network: readNetwork(reader),
    image: readImage(reader),
    standbyCount: reader.integer('standbyCount', { min: 0, max: 4 }) ?? 0,
    spot: reader.flag('spot'),
    paused: reader.flag('paused'),
    links: reader.flag('links'),
    metricsToken: reader.flag('metricsToken'),
    boundConcurrency: reader.flag('boundConcurrency'),
    alertEmail: reader.shaped('alertEmail', /^[^\s@]+@[^\s@]+\.[^\s@]+$/, {
      expected: 'an e-mail address',
      mend: 'write it like oncall@example.com',
    }),
    logRetentionDays: Number(reader.choice('logRetentionDays', retentions, '30')),
    runbookUrl:
      reader.shaped('runbookUrl', /^[^\s#]+$/, {
        expected: 'the address of the runbook, without an anchor',
        mend: 'write it like https://example.com/docs/runbook.md',
      }) ?? 'docs/runbook.md',
    heartbeatStaleSeconds: heartbeatStaleSeconds ?? 300,
    settings: readSettings(reader, heartbeatStaleSeconds),
  };
  reader.refuseUnknown();
  return reader.problems.length > 0 ? { ok: false, problems: reader.problems } : { ok: true, configuration };
}

function readNetwork(reader: ContextReader): NetworkConfiguration {
  const vpcId = reader.shaped('vpcId', /^vpc-[0-9a-f]{8,17}$/, {
    expected: 'the id of a VPC',
    mend: 'write it like vpc-0123456789abcdef0, or leave it out for a VPC of its own',
  });
  const subnetIds = reader.list('subnetIds', /^subnet-[0-9a-f]{8,17}$/, {
    expected: 'ids of subnets, comma-separated',
    mend: 'write them like subnet-0123456789abcdef0',
  });
  if ((vpcId === undefined) !== (subnetIds.length === 0)) {
    const [name, other] = vpcId === undefined ? ['vpcId', 'subnetIds'] : ['subnetIds', 'vpcId'];
    const mend = 'set both or neither';
    reader.report(name, { expected: `a value, because ${other} is set`, got: 'nothing', mend });
  }
  const metricsFrom = reader.list(
    'metricsFrom',
    /^sg-[0-9a-f]{8,17}$|^(\d{1,3}\.){3}\d{1,3}\/([1-9]|[12]\d|3[0-2])$/,
    {
      expected: 'security groups and CIDRs that Prometheus scrapes from, comma-separated; never everybody',
      mend: 'write them like sg-0123456789abcdef0 or 10.0.0.0/16',
    },
  );
  return {
    kind: reader.choice('network', ['public', 'private'], 'public'),
    given: vpcId === undefined ? undefined : { vpcId, subnetIds },
    metricsFrom,
  };
}

function readImage(reader: ContextReader): ImageConfiguration {
  const uri = reader.shaped('image', /^[a-z0-9][\w./:@-]+$/, {
    expected: 'the address of an image',
    mend: 'write it like 111122223333.dkr.ecr.eu-central-1.amazonaws.com/staffprobot:1',
  });
  const baseImage = reader.shaped('baseImage', /^[a-z0-9][\w./:@-]+$/, {
    expected: 'the address of an image with Node 24 and npm',
    mend: 'write it like public.ecr.aws/docker/library/node:24-bookworm-slim',
  });
  const handlers = reader.text('botHandlers');
  if (handlers !== undefined && !existsSync(join(root, handlers))) {
    reader.report('botHandlers', {
      expected: 'a module of this repository, as a path from its root',
      got: `${JSON.stringify(handlers)}, which does not exist`,
      mend: 'write it like services/bot/handlers/features.ts',
    });
  }
  for (const name of ['baseImage', 'botHandlers']) {
    if (uri === undefined || reader.text(name) === undefined) continue;
    const mend = 'leave one of the two out';
    reader.report(name, { expected: 'nothing beside image, which is taken as it is', got: 'a value', mend });
  }
  return { uri, baseImage, handlers };
}

function readSettings(
  reader: ContextReader,
  heartbeatStaleSeconds: number | undefined,
): Configuration['settings'] {
  const given: Record<SettingName, string | number | undefined> = {
    TELEGRAM_API_ROOT: reader.shaped('telegramApiRoot', /^https?:\/\/[^\s@?#]+$/, {
      expected: 'an http or https address',
      mend: 'write it like https://bot-api.example.com, or leave it out for the public Bot API',
    }),
    REDIS_KEY_PREFIX: reader.shaped('redisKeyPrefix', /^[\x21-\x7e]{1,100}$/, {
      expected: 'up to 100 visible ASCII characters',
      mend: 'choose a short prefix such as "hr:", or leave it out',
    }),
    SUPERADMIN_TELEGRAM_IDS:
      reader
        .list('superadminTelegramIds', /^[1-9]\d{0,15}$/, {
          expected: 'numeric Telegram user ids, comma-separated',
          mend: 'send /get_chat_id to the bot in a private chat: it answers with the number',
        })
        .join(',') || undefined,
    HEARTBEAT_STALE_SECONDS: heartbeatStaleSeconds,
    REMINDER_MINUTES: reader.integer('reminderMinutes', { min: 0, max: dayMinutes }),
    AUTO_RESTART_MINUTES: reader.integer('autoRestartMinutes', { min: 0, max: dayMinutes }),
    NOTIFY_LOCALE: reader.choice('notifyLocale', ['ru', 'en'], 'ru'),
    LOG_LEVEL: reader.choice('logLevel', ['debug', 'info', 'warn', 'error'], 'info'),
  };
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
}
