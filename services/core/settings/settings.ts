/**
 * The environment, checked whole and turned into settings.
 *
 * Guarantees: all problems are found at once, one line each; no line shows a secret; a production token outside
 * production is refused whatever else is set. Does not check that tokens and addresses work: their first use does.
 */

import { type LeaseTimes, leaseTimes, leaseTimesProblem, leaseTtlMinSeconds } from '../lease/lease-times.ts';
import type { OutageSettings } from '../outage/outage.ts';
import { type Locale, locales } from '../platform/locale.ts';
import { type Environment, EnvironmentReader } from './environment-reader.ts';

export const environmentNames = ['development', 'staging', 'production'] as const;
export type EnvironmentName = (typeof environmentNames)[number];
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface StoreSettings {
  readonly url: string;
  readonly token: string;
  readonly keyPrefix: string;
}

export interface MetricsSettings {
  readonly host: string;
  readonly sidecarPort: number;
  readonly botPort: number;
}

export interface Settings {
  readonly environment: EnvironmentName;
  readonly botToken: string;
  readonly telegramApiRoot: string;
  readonly store: StoreSettings;
  readonly superadminIds: readonly string[];
  readonly lease: LeaseTimes;
  /** What a worker does when another holds the lock. */
  readonly lockBusy: 'standby' | 'exit';
  readonly heartbeatIntervalMs: number;
  readonly outage: OutageSettings;
  readonly longPollTimeoutSeconds: number;
  readonly updatesInFlightMax: number;
  readonly drainTimeoutMs: number;
  readonly metrics: MetricsSettings;
  readonly alertTopicArn: string | undefined;
  readonly ecs: { readonly cluster: string; readonly service: string } | undefined;
  readonly opsBaseUrl: string | undefined;
  readonly opsLinkSecret: string | undefined;
  readonly notifyLocale: Locale;
  /** A module path, as given; the shipped handlers alone when undefined. */
  readonly botHandlers: string | undefined;
  readonly logLevel: LogLevel;
}

export type SettingsResult<T> =
  | { readonly ok: true; readonly settings: T; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const publicBotApi = 'https://api.telegram.org';
const tokenShape = /^\d{1,20}:[A-Za-z0-9_-]+$/;
const tokenParts = {
  expected: '<bot id>:<secret> as @BotFather gave it',
  mend: 'copy the whole token again',
};
const dayMinutes = 1440;

/** Everything that a worker, a function or the command line needs. */
export function readSettings(environment: Environment): SettingsResult<Settings> {
  const reader = new EnvironmentReader(environment);
  const warnings: string[] = [];
  const name = reader.choice('ENVIRONMENT', environmentNames, 'development');
  const settings: Settings = {
    environment: name,
    botToken: readBotToken(reader, name, warnings),
    telegramApiRoot: reader.httpUrl('TELEGRAM_API_ROOT', publicBotApi) ?? publicBotApi,
    store: readStore(reader, name),
    superadminIds: readSuperadmins(reader),
    lease: readLease(reader),
    lockBusy: reader.choice(
      'POLLING_LOCK_BUSY',
      ['standby', 'exit'],
      name === 'production' ? 'standby' : 'exit',
    ),
    ...readHeartbeat(reader),
    longPollTimeoutSeconds: reader.integer('LONG_POLL_TIMEOUT_SECONDS', { default: 30, min: 0, max: 50 }),
    updatesInFlightMax: reader.integer('UPDATES_IN_FLIGHT_MAX', { default: 1000, min: 1, max: 100_000 }),
    drainTimeoutMs: reader.integer('DRAIN_TIMEOUT_SECONDS', { default: 25, min: 0, max: 110 }) * 1000,
    metrics: readMetrics(reader),
    ...readOps(reader),
    notifyLocale: reader.choice('NOTIFY_LOCALE', locales, 'ru'),
    botHandlers: reader.text('BOT_HANDLERS'),
    logLevel: readLogLevel(reader),
  };
  return result(reader, settings, warnings);
}

export interface SidecarSettings {
  readonly metrics: MetricsSettings;
  /** What Prometheus has to show; anybody who reaches the port may scrape when undefined. */
  readonly bearerToken: string | undefined;
  readonly logLevel: LogLevel;
}

/** The sidecar runs beside any bot: it needs two addresses and nothing else. */
export function readSidecarSettings(environment: Environment): SettingsResult<SidecarSettings> {
  const reader = new EnvironmentReader(environment);
  const bearerToken = reader.secret('METRICS_BEARER_TOKEN', /^[\x21-\x7e]{16,}$/, {
    expected: 'at least 16 visible ASCII characters',
    mend: 'make one with: openssl rand -hex 32',
  });
  return result(reader, { metrics: readMetrics(reader), bearerToken, logLevel: readLogLevel(reader) }, []);
}

function result<T>(reader: EnvironmentReader, settings: T, warnings: readonly string[]): SettingsResult<T> {
  return reader.problems.length > 0
    ? { ok: false, problems: reader.problems }
    : { ok: true, settings, warnings };
}

function readLogLevel(reader: EnvironmentReader): LogLevel {
  return reader.choice('LOG_LEVEL', logLevels, 'info');
}

/** Precedence: override, then the environment's own, then the legacy name. */
function readBotToken(reader: EnvironmentReader, name: EnvironmentName, warnings: string[]): string {
  const override = reader.secret('TELEGRAM_BOT_TOKEN_OVERRIDE', tokenShape, tokenParts);
  const production = reader.secret('TELEGRAM_BOT_TOKEN_PROD', tokenShape, tokenParts);
  const development = reader.secret('TELEGRAM_BOT_TOKEN_DEV', tokenShape, tokenParts);
  const legacy = reader.secret('TELEGRAM_BOT_TOKEN', tokenShape, tokenParts);
  if (name !== 'production' && reader.text('TELEGRAM_BOT_TOKEN_PROD') !== undefined) {
    reader.report('TELEGRAM_BOT_TOKEN_PROD', {
      expected: `nothing outside production (ENVIRONMENT is ${name})`,
      got: 'a production token, which would steal the messages of the running bot',
      mend: 'remove it here and give a development bot of your own in TELEGRAM_BOT_TOKEN_DEV',
    });
  }
  const ownName = name === 'production' ? 'TELEGRAM_BOT_TOKEN_PROD' : 'TELEGRAM_BOT_TOKEN_DEV';
  const token = override ?? (name === 'production' ? production : development) ?? legacy;
  if (token !== undefined) {
    if (token === legacy && token !== override && token !== production && token !== development) {
      warnings.push(`TELEGRAM_BOT_TOKEN is deprecated: name it ${ownName}`);
    }
    return token;
  }
  const given = ['TELEGRAM_BOT_TOKEN_OVERRIDE', ownName, 'TELEGRAM_BOT_TOKEN'];
  if (given.every((variable) => reader.text(variable) === undefined)) {
    const mend = `set ${ownName} to the token that @BotFather gave`;
    reader.report(ownName, { expected: 'a bot token', got: 'nothing', mend });
  }
  return '';
}

function readStore(reader: EnvironmentReader, name: EnvironmentName): StoreSettings {
  const example = 'https://<name>.upstash.io';
  const mend = "copy it from the database's page, section REST API";
  const url = reader.httpUrl('UPSTASH_REDIS_REST_URL', example);
  if (reader.text('UPSTASH_REDIS_REST_URL') === undefined) {
    reader.report('UPSTASH_REDIS_REST_URL', { expected: `an address like ${example}`, got: 'nothing', mend });
  }
  if (url !== undefined && name === 'production' && url.startsWith('http:') && !isLoopback(url)) {
    reader.report('UPSTASH_REDIS_REST_URL', {
      expected: 'an https address in production',
      got: 'an http one, over which the store token would travel readable',
      mend,
    });
  }
  const token = reader.secret('UPSTASH_REDIS_REST_TOKEN', /^(?!["'])[\x21-\x7e]+(?<!["'])$/, {
    expected: 'a token of visible ASCII characters, without quotes',
    mend,
  });
  if (reader.text('UPSTASH_REDIS_REST_TOKEN') === undefined) {
    reader.report('UPSTASH_REDIS_REST_TOKEN', { expected: "the store's token", got: 'nothing', mend });
  }
  const keyPrefix = reader.shaped('REDIS_KEY_PREFIX', /^[\x21-\x7e]{1,100}$/, {
    expected: 'up to 100 visible ASCII characters',
    mend: 'choose a short prefix such as "hr:", or leave it out',
  });
  return { url: url ?? '', token: token ?? '', keyPrefix: keyPrefix ?? '' };
}

function isLoopback(url: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname);
}

function readSuperadmins(reader: EnvironmentReader): readonly string[] {
  const parts = (reader.text('SUPERADMIN_TELEGRAM_IDS') ?? '').split(',').map((part) => part.trim());
  const ids = parts.filter((part) => part !== '');
  for (const id of ids.filter((part) => !/^[1-9]\d{0,15}$/.test(part))) {
    reader.report('SUPERADMIN_TELEGRAM_IDS', {
      expected: 'numeric Telegram user ids, comma-separated',
      got: JSON.stringify(id.slice(0, 40)),
      mend: 'send /get_chat_id to the bot in a private chat: it answers with the number',
    });
  }
  return [...new Set(ids)];
}

function readLease(reader: EnvironmentReader): LeaseTimes {
  const problemsBefore = reader.problems.length;
  const range = { default: 30, min: leaseTtlMinSeconds, max: 3600 };
  const ttlSeconds = reader.integer('POLLING_LOCK_TTL_SECONDS', range);
  const renewSeconds = reader.integer('POLLING_LOCK_RENEW_SECONDS', { default: 10, min: 1, max: 3600 });
  const times = leaseTimes({ ttlMs: ttlSeconds * 1000, renewMs: renewSeconds * 1000 });
  const problem = leaseTimesProblem(times);
  if (problem !== undefined && reader.problems.length === problemsBefore) {
    reader.report('POLLING_LOCK_RENEW_SECONDS', problem);
  }
  return times;
}

function readHeartbeat(reader: EnvironmentReader): Pick<Settings, 'heartbeatIntervalMs' | 'outage'> {
  const intervalSeconds = reader.integer('HEARTBEAT_INTERVAL_SECONDS', { default: 20, min: 1, max: 3600 });
  const staleSeconds = reader.integer('HEARTBEAT_STALE_SECONDS', { default: 300, min: 2, max: 86_400 });
  if (staleSeconds <= intervalSeconds) {
    reader.report('HEARTBEAT_STALE_SECONDS', {
      expected: `more than HEARTBEAT_INTERVAL_SECONDS (${intervalSeconds})`,
      got: String(staleSeconds),
      mend: 'raise it: a heartbeat must be able to come before it counts as missing',
    });
  }
  const reminderMinutes = reader.integer('REMINDER_MINUTES', { default: 60, min: 0, max: dayMinutes });
  const restartMinutes = reader.integer('AUTO_RESTART_MINUTES', { default: 0, min: 0, max: dayMinutes });
  return {
    heartbeatIntervalMs: intervalSeconds * 1000,
    outage: {
      staleMs: staleSeconds * 1000,
      reminderMs: reminderMinutes * 60_000,
      autoRestartMs: restartMinutes * 60_000,
    },
  };
}

function readMetrics(reader: EnvironmentReader): MetricsSettings {
  const parts = { expected: 'an IP address or a host name', mend: 'use 0.0.0.0 for every interface' };
  const host = reader.shaped('METRICS_HOST', /^[A-Za-z0-9.:-]+$/, parts) ?? '0.0.0.0';
  const sidecarPort = reader.integer('METRICS_PORT', { default: 9464, min: 1, max: 65_535 });
  const botPort = reader.integer('BOT_METRICS_PORT', { default: 9465, min: 1, max: 65_535 });
  if (sidecarPort === botPort) {
    const mend = 'give the bot and its sidecar a port each';
    reader.report('BOT_METRICS_PORT', {
      expected: 'another port than METRICS_PORT',
      got: String(botPort),
      mend,
    });
  }
  return { host, sidecarPort, botPort };
}

type OpsSettings = Pick<Settings, 'alertTopicArn' | 'ecs' | 'opsBaseUrl' | 'opsLinkSecret'>;

function readOps(reader: EnvironmentReader): OpsSettings {
  const alertTopicArn = reader.shaped('ALERT_TOPIC_ARN', /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/, {
    expected: 'the ARN of an SNS topic',
    mend: 'copy it from the output of the stack',
  });
  const cluster = reader.text('ECS_CLUSTER');
  const service = reader.text('ECS_SERVICE');
  requireTogether(reader, 'ECS_CLUSTER', 'ECS_SERVICE');
  requireTogether(reader, 'ECS_SERVICE', 'ECS_CLUSTER');
  const opsBaseUrl = reader.httpUrl('OPS_BASE_URL', 'https://<id>.lambda-url.<region>.on.aws');
  const opsLinkSecret = reader.secret('OPS_LINK_SECRET', /^.{16,}$/s, {
    expected: 'at least 16 characters',
    mend: 'make one with: openssl rand -hex 32',
  });
  requireTogether(reader, 'OPS_BASE_URL', 'OPS_LINK_SECRET');
  const ecs = cluster !== undefined && service !== undefined ? { cluster, service } : undefined;
  return { alertTopicArn, ecs, opsBaseUrl, opsLinkSecret };
}

function requireTogether(reader: EnvironmentReader, given: string, needed: string): void {
  if (reader.text(given) === undefined || reader.text(needed) !== undefined) return;
  reader.report(needed, {
    expected: `a value, because ${given} is set`,
    got: 'nothing',
    mend: `set both or neither`,
  });
}
