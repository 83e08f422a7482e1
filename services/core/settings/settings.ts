/**
 * Every setting: its variable, its limits and its default. Checks the whole environment and turns it into `Settings`.
 *
 * Guarantees: reports all problems at once, one line each; never shows a secret; refuses a production token outside
 * production, whatever else is set. Does not check that tokens and addresses work: their first use does.
 */

import { type LeaseTimes, leaseTimes, leaseTimesProblem, leaseTtlMinSeconds } from '../lease/lease-times.ts';
import { lateMsOf, type OutageSettings } from '../outage/outage.ts';
import { type EnvironmentName, environmentNames } from '../platform/environment-name.ts';
import { type Locale, locales } from '../platform/locale.ts';
import { readBotToken } from './bot-token-settings.ts';
import { refuseUnencrypted } from './encrypted-address.ts';
import { type Environment, type ValueFormat, VariableReader } from './variable-reader.ts';

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
  /** What a worker does while another holds the lock. */
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
  /** The ops function as deployed, for the command in the message to SNS. */
  readonly opsFunctionName: string | undefined;
  readonly runbookUrl: string;
  /** The first signs, all verify. None: one-tap links are off. */
  readonly opsLinkSecrets: readonly string[];
  /** A secret: who knows the address can keep the watchdog quiet. */
  readonly watchdogPingUrl: string | undefined;
  readonly notifyLocale: Locale;
  /** A module path, as given. Undefined: only the shipped handlers. */
  readonly botHandlers: string | undefined;
  readonly logLevel: LogLevel;
}

/** The parts that a caller may read as optional. */
export type OptionalPart = 'botToken' | 'store';
export type SettingsLacking<Part extends OptionalPart> = Omit<Settings, Part> & {
  readonly [Name in Part]: Settings[Name] | undefined;
};

export type SettingsResult<T> =
  | { readonly ok: true; readonly settings: T; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const publicBotApi = 'https://api.telegram.org';
export const apiRootFix = 'give your Bot API server a certificate, or leave it out for the public one';
export const keyPrefixFormat: ValueFormat = {
  shape: /^[\x21-\x7e]{1,100}$/,
  expected: 'up to 100 visible ASCII characters',
  fix: 'choose a short prefix such as "hr:", or leave it out',
};
export const runbookUrlFormat: ValueFormat = {
  shape: /^[^\s#]+$/,
  expected: 'the address of the runbook, without an anchor',
  fix: 'write it like https://example.com/docs/runbook.md',
};
export const runbookInRepository = 'docs/runbook.md';
export const telegramIdFormat: ValueFormat = {
  shape: /^[1-9]\d{0,15}$/,
  expected: 'numeric Telegram user ids, comma-separated',
  fix: 'send /get_chat_id to the bot in a private chat: it answers with the number',
};
const dayMinutes = 1440;

/**
 * Everything that a worker, a function or the command line needs.
 *
 * An optional part is undefined when none of its variables is set; one that is set wrongly, or by half, is still a
 * problem.
 */
export function readSettings(environment: Environment): SettingsResult<Settings>;
export function readSettings<Part extends OptionalPart>(
  environment: Environment,
  options: { readonly optional: readonly Part[] },
): SettingsResult<SettingsLacking<Part>>;
export function readSettings(
  environment: Environment,
  { optional }: { readonly optional: readonly OptionalPart[] } = { optional: [] },
): SettingsResult<SettingsLacking<OptionalPart>> {
  const reader = new VariableReader(environment);
  const warnings: string[] = [];
  const name = reader.choice('ENVIRONMENT', environmentNames, 'development');
  const settings: SettingsLacking<OptionalPart> = {
    environment: name,
    botToken: readBotToken(reader, name, warnings, { isOptional: optional.includes('botToken') }),
    telegramApiRoot: readTelegramApiRoot(reader, name),
    store: readStore(reader, name, { isOptional: optional.includes('store') }),
    superadminIds: reader.list('SUPERADMIN_TELEGRAM_IDS', telegramIdFormat),
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
  return settingsResult(reader, settings, warnings);
}

export interface SidecarSettings {
  readonly metrics: MetricsSettings;
  /** The token that Prometheus must present. Undefined: everybody who reaches the port may scrape. */
  readonly bearerToken: string | undefined;
  readonly logLevel: LogLevel;
}

/** The sidecar runs beside any bot: it needs two addresses, and nothing of the bot's own. */
export function readSidecarSettings(environment: Environment): SettingsResult<SidecarSettings> {
  const reader = new VariableReader(environment);
  const bearerToken = reader.secret('METRICS_BEARER_TOKEN', {
    shape: /^[\x21-\x7e]{16,}$/,
    expected: 'at least 16 visible ASCII characters',
    fix: 'make one with: openssl rand -hex 32',
  });
  return settingsResult(
    reader,
    { metrics: readMetrics(reader), bearerToken, logLevel: readLogLevel(reader) },
    [],
  );
}

export function settingsResult<T>(
  reader: VariableReader,
  settings: T,
  warnings: readonly string[],
): SettingsResult<T> {
  return reader.problems.length > 0
    ? { ok: false, problems: reader.problems }
    : { ok: true, settings, warnings };
}

function readLogLevel(reader: VariableReader): LogLevel {
  return reader.choice('LOG_LEVEL', logLevels, 'info');
}

function readTelegramApiRoot(reader: VariableReader, name: EnvironmentName): string {
  const url = reader.httpUrl('TELEGRAM_API_ROOT', publicBotApi);
  if (name === 'production') refuseUnencrypted(reader, 'TELEGRAM_API_ROOT', { url, fix: apiRootFix });
  return url ?? publicBotApi;
}

function readStore(
  reader: VariableReader,
  name: EnvironmentName,
  { isOptional }: { isOptional: boolean },
): StoreSettings | undefined {
  const example = 'https://<name>.upstash.io';
  const fix = "copy it from the database's page, section REST API";
  const hasUrl = reader.isSet('UPSTASH_REDIS_REST_URL');
  const hasToken = reader.isSet('UPSTASH_REDIS_REST_TOKEN');
  const isRequired = !isOptional || hasUrl || hasToken;
  const url = reader.httpUrl('UPSTASH_REDIS_REST_URL', example);
  if (isRequired && !hasUrl) {
    reader.report('UPSTASH_REDIS_REST_URL', { expected: `an address like ${example}`, got: 'nothing', fix });
  }
  if (name === 'production') refuseUnencrypted(reader, 'UPSTASH_REDIS_REST_URL', { url, fix });
  const token = reader.secret('UPSTASH_REDIS_REST_TOKEN', {
    shape: /^(?!["'])[\x21-\x7e]+(?<!["'])$/,
    expected: 'a token of visible ASCII characters, without quotes',
    fix,
  });
  if (isRequired && !hasToken) {
    reader.report('UPSTASH_REDIS_REST_TOKEN', { expected: "the store's token", got: 'nothing', fix });
  }
  const keyPrefix = reader.formatted('REDIS_KEY_PREFIX', keyPrefixFormat) ?? '';
  return url === undefined || token === undefined ? undefined : { url, token, keyPrefix };
}

function readLease(reader: VariableReader): LeaseTimes {
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

function readHeartbeat(reader: VariableReader): Pick<Settings, 'heartbeatIntervalMs' | 'outage'> {
  const intervalSeconds = reader.integer('HEARTBEAT_INTERVAL_SECONDS', { default: 20, min: 1, max: 3600 });
  const staleSeconds = reader.integer('HEARTBEAT_STALE_SECONDS', { default: 300, min: 2, max: 86_400 });
  if (staleSeconds <= intervalSeconds) {
    reader.report('HEARTBEAT_STALE_SECONDS', {
      expected: `more than HEARTBEAT_INTERVAL_SECONDS (${intervalSeconds})`,
      got: String(staleSeconds),
      fix: 'raise it, so that the next heartbeat can arrive before the last one counts as old',
    });
  }
  const reminderMinutes = reader.integer('REMINDER_MINUTES', { default: 60, min: 0, max: dayMinutes });
  const restartMinutes = reader.integer('AUTO_RESTART_MINUTES', { default: 0, min: 0, max: dayMinutes });
  return {
    heartbeatIntervalMs: intervalSeconds * 1000,
    outage: {
      staleMs: staleSeconds * 1000,
      lateMs: lateMsOf(staleSeconds * 1000, intervalSeconds * 1000),
      reminderMs: reminderMinutes * 60_000,
      autoRestartMs: restartMinutes * 60_000,
    },
  };
}

function readMetrics(reader: VariableReader): MetricsSettings {
  const hostFormat = {
    shape: /^[A-Za-z0-9.:-]+$/,
    expected: 'an IP address or a host name',
    fix: 'use 0.0.0.0 for every interface',
  };
  const host = reader.formatted('METRICS_HOST', hostFormat) ?? '0.0.0.0';
  const sidecarPort = reader.integer('METRICS_PORT', { default: 9464, min: 1, max: 65_535 });
  const botPort = reader.integer('BOT_METRICS_PORT', { default: 9465, min: 1, max: 65_535 });
  if (sidecarPort === botPort) {
    reader.report('BOT_METRICS_PORT', {
      expected: 'another port than METRICS_PORT',
      got: String(botPort),
      fix: 'give the bot and its sidecar a port each',
    });
  }
  return { host, sidecarPort, botPort };
}

type OpsSettings = Pick<
  Settings,
  | 'alertTopicArn'
  | 'ecs'
  | 'opsBaseUrl'
  | 'opsFunctionName'
  | 'opsLinkSecrets'
  | 'runbookUrl'
  | 'watchdogPingUrl'
>;

function readOps(reader: VariableReader): OpsSettings {
  const alertTopicArn = reader.formatted('ALERT_TOPIC_ARN', {
    shape: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]+$/,
    expected: 'the ARN of an SNS topic',
    fix: "copy it from the stack's output AlertTopicArn",
  });
  const cluster = reader.text('ECS_CLUSTER');
  const service = reader.text('ECS_SERVICE');
  requireTogether(reader, 'ECS_CLUSTER', 'ECS_SERVICE');
  requireTogether(reader, 'ECS_SERVICE', 'ECS_CLUSTER');
  const opsBaseUrl = reader.httpUrl('OPS_BASE_URL', 'https://<id>.lambda-url.<region>.on.aws');
  const opsLinkSecrets = reader.secret('OPS_LINK_SECRET', {
    shape: /^[^,]{16,}(?:,[^,]{16,})?$/,
    expected: 'at least 16 characters, or two such secrets with a comma between while it is changed',
    fix: 'make one with: openssl rand -hex 32',
  });
  requireTogether(reader, 'OPS_BASE_URL', 'OPS_LINK_SECRET');
  const ecs = cluster !== undefined && service !== undefined ? { cluster, service } : undefined;
  const watchdogPingUrl = reader.secretUrl(
    'WATCHDOG_PING_URL',
    'copy the ping address from the dead man’s switch',
  );
  return {
    alertTopicArn,
    ecs,
    opsBaseUrl,
    opsFunctionName: readFunctionName(reader),
    runbookUrl: reader.formatted('RUNBOOK_URL', runbookUrlFormat) ?? runbookInRepository,
    opsLinkSecrets: opsLinkSecrets?.split(',').map((secret) => secret.trim()) ?? [],
    watchdogPingUrl,
  };
}

function readFunctionName(reader: VariableReader): string | undefined {
  return reader.formatted('OPS_FUNCTION_NAME', {
    shape: /^[\w:-]{1,170}$/,
    expected: 'the name of the ops function',
    fix: "copy it from the stack's output OpsFunctionName, or leave it out",
  });
}

function requireTogether(reader: VariableReader, given: string, needed: string): void {
  if (!reader.isSet(given) || reader.isSet(needed)) return;
  reader.report(needed, {
    expected: `a value, because ${given} is set`,
    got: 'nothing',
    fix: 'set both or neither',
  });
}
