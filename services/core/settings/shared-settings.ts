/**
 * Every setting that a worker, a function or the command line needs: its variable, its limits and its default. Checks the
 * whole environment and turns it into settings.
 *
 * Guarantees: reports all problems at once, one line each; never shows a secret; refuses a production token outside
 * production, whatever else is set. Does not check that tokens and addresses work: their first use does.
 *
 * Tested by: test/core/settings/settings.test.ts
 */
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

export interface SharedSettings {
  readonly environment: EnvironmentName;
  readonly botToken: string;
  readonly telegramApiRoot: string;
  readonly store: StoreSettings;
  readonly superadminIds: readonly string[];
  readonly heartbeatIntervalMs: number;
  readonly outage: OutageSettings;
  readonly alertTopicArn: string | undefined;
  readonly ecs:
    | {
        readonly cluster: string;
        readonly service: string;
        /** Of queue mode, in the same cluster. */
        readonly handlersService: string | undefined;
      }
    | undefined;
  readonly opsBaseUrl: string | undefined;
  /** The ops function as deployed, for the command in the message to SNS. */
  readonly opsFunctionName: string | undefined;
  readonly runbookUrl: string;
  /** The first signs, all verify. None: one-tap links are off. */
  readonly opsLinkSecrets: readonly string[];
  /** A secret: who knows the address can keep the watchdog quiet. */
  readonly watchdogPingUrl: string | undefined;
  readonly notifyLocale: Locale;
  readonly logLevel: LogLevel;
}

/** The parts that a caller may read as optional. */
export type OptionalPart = 'botToken' | 'store';
export type SettingsLacking<Part extends OptionalPart> = Omit<SharedSettings, Part> & {
  readonly [Name in Part]: SharedSettings[Name] | undefined;
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

/** For a function and the command line; options as of `readSettings`. */
export function readSharedSettings<Part extends OptionalPart>(
  environment: Environment,
  options: { readonly optional: readonly Part[] },
): SettingsResult<SettingsLacking<Part>> {
  const reader = new VariableReader(environment);
  const { settings, warnings } = readShared(reader, options);
  // What is not optional is there, or a problem says so.
  return settingsResult(reader, settings as SettingsLacking<Part>, warnings);
}

export function readShared(
  reader: VariableReader,
  { optional }: { readonly optional: readonly OptionalPart[] },
): { readonly settings: SettingsLacking<OptionalPart>; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const name = reader.choice('ENVIRONMENT', environmentNames, 'development');
  const settings = {
    environment: name,
    botToken: readBotToken(reader, name, warnings, { isOptional: optional.includes('botToken') }),
    telegramApiRoot: readTelegramApiRoot(reader, name),
    store: readStore(reader, name, { isOptional: optional.includes('store') }),
    superadminIds: reader.list('SUPERADMIN_TELEGRAM_IDS', telegramIdFormat),
    ...readHeartbeat(reader),
    ...readOps(reader),
    notifyLocale: reader.choice('NOTIFY_LOCALE', locales, 'ru'),
    logLevel: readLogLevel(reader),
  };
  return { settings, warnings };
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

export function readLogLevel(reader: VariableReader): LogLevel {
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

function readHeartbeat(reader: VariableReader): Pick<SharedSettings, 'heartbeatIntervalMs' | 'outage'> {
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

type OpsSettings = Pick<
  SharedSettings,
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
  requireTogether(reader, 'ECS_HANDLERS_SERVICE', 'ECS_SERVICE');
  const handlersService = reader.text('ECS_HANDLERS_SERVICE');
  const opsBaseUrl = reader.httpUrl('OPS_BASE_URL', 'https://<id>.lambda-url.<region>.on.aws');
  const opsLinkSecrets = reader.secret('OPS_LINK_SECRET', {
    shape: /^[^,]{16,}(?:,[^,]{16,})?$/,
    expected: 'at least 16 characters, or two such secrets with a comma between while it is changed',
    fix: 'make one with: openssl rand -hex 32',
  });
  requireTogether(reader, 'OPS_BASE_URL', 'OPS_LINK_SECRET');
  const ecs =
    cluster !== undefined && service !== undefined ? { cluster, service, handlersService } : undefined;
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
