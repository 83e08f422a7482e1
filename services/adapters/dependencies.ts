/**
 * Composes what the functions and the command line share from an environment; `monitor-dependencies.ts` adds the
 * monitor's own.
 *
 * Does not connect to anything: clients are lazy, so the result can be built once and cached.
 */

import type { InboxStore } from '../core/alerts/inbox-store.ts';
import { storeTimeoutMs } from '../core/monitor/monitor.ts';
import type { OneTapLinks } from '../core/ops/links/link-store.ts';
import type { OpsPorts } from '../core/ops/ops-ports.ts';
import { type BotApi, BotApiUnreachableError } from '../core/platform/bot-api.ts';
import { botIdOf } from '../core/platform/bot-token.ts';
import type { Clock } from '../core/platform/clock.ts';
import type { EnvironmentName } from '../core/platform/environment-name.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { Random } from '../core/platform/random.ts';
import { redactor } from '../core/platform/redaction.ts';
import { type StoreKeys, storeKeys } from '../core/platform/store-keys.ts';
import type { WorkerTasks } from '../core/platform/worker-service.ts';
import { ConfigurationError } from '../core/settings/configuration-error.ts';
import { readQueueAddress } from '../core/settings/queue-settings.ts';
import { secretsIn } from '../core/settings/secrets.ts';
import { readSharedSettings, type SettingsLacking } from '../core/settings/shared-settings.ts';
import type { Environment } from '../core/settings/variable-reader.ts';
import { awsClientOptions } from './aws-client.ts';
import { ecsWorkerService } from './ecs.ts';
import { linkSigner } from './link-signer.ts';
import { createLogger } from './logger.ts';
import { operatedQueue } from './operated-queue.ts';
import { redisAuditTrail } from './redis/audit-trail.ts';
import { redisInboxStore } from './redis/inbox/inbox-store.ts';
import { redisLockOverride } from './redis/lease/lock-override.ts';
import { redisLinkStore } from './redis/links/link-store.ts';
import { redisOutageControl } from './redis/outage/outage-control.ts';
import { redisSeenConsumers } from './redis/queue/seen-consumers.ts';
import { type UpstashStore, upstashStore } from './redis/upstash-store.ts';
import { fetchBotApi } from './telegram/fetch-bot-api.ts';

export interface Seams {
  readonly clock: Clock;
  readonly random: Random;
  /** Writes a log line; stdout by default. */
  readonly write?: (line: string) => void;
}

export interface Dependencies {
  readonly settings: SettingsLacking<'botToken'>;
  readonly ports: OpsPorts & {
    readonly environment: EnvironmentName;
    readonly random: Random;
    readonly inbox: InboxStore;
    readonly tasks: WorkerTasks | undefined;
  };
  /** Signs and verifies one-tap links; undefined when they are off. */
  readonly oneTapLinks: OneTapLinks | undefined;
  /** Where the bot's records are; `botId` is undefined without a token. */
  readonly connection: {
    readonly store: UpstashStore;
    readonly keys: StoreKeys;
    readonly botId: string | undefined;
  };
}

/**
 * With an optional `botToken` that is not set, every call to Telegram fails.
 * @throws ConfigurationError with a line for each problem
 */
export function composeDependencies(
  name: string,
  environment: Environment,
  { clock, random, write }: Seams,
  { optional }: { readonly optional: readonly 'botToken'[] } = { optional: [] },
): Dependencies {
  const result = readSharedSettings(environment, { optional });
  const queueUrl = readQueueAddress(environment);
  if (!result.ok || !queueUrl.ok) {
    throw new ConfigurationError([result, queueUrl].flatMap((read) => (read.ok ? [] : read.problems)));
  }
  const { settings } = result;
  const {
    botToken,
    store: storeSettings,
    opsLinkSecrets: [linkSecret, ...otherLinkSecrets],
    logLevel,
    ecs,
  } = settings;
  const redact = redactor(secretsIn(environment));
  const fields = { service: name };
  const logger: Logger = createLogger({
    level: logLevel,
    redact,
    clock,
    fields,
    ...(write ? { write } : {}),
  });
  for (const warning of result.warnings) logger.warn(warning);
  const service = (name: string | undefined) =>
    ecs && name !== undefined
      ? ecsWorkerService({ ...ecs, service: name }, awsClientOptions(environment, 'ECS'))
      : undefined;
  const worker = service(ecs?.service);
  const store = upstashStore({
    url: storeSettings.url,
    token: storeSettings.token,
    timeoutMs: storeTimeoutMs,
  });
  const keys = storeKeys(storeSettings.keyPrefix);
  const botId = botToken === undefined ? undefined : botIdOf(botToken);
  const oneTapLinks =
    linkSecret === undefined
      ? undefined
      : { store: redisLinkStore(store, keys), signer: linkSigner(linkSecret, ...otherLinkSecrets), random };
  return {
    settings,
    oneTapLinks,
    connection: { store, keys, botId },
    ports: {
      environment: settings.environment,
      clock,
      random,
      logger,
      redact,
      outages: redisOutageControl(store, keys, botId),
      inbox: redisInboxStore(store, keys),
      audit: redisAuditTrail(store, keys),
      lock: redisLockOverride(store, keys),
      telegram:
        botToken === undefined
          ? tokenlessBotApi
          : fetchBotApi({ apiRoot: settings.telegramApiRoot, token: botToken, freshConnections: true }),
      ecs: worker,
      tasks: worker,
      handlersService: service(ecs?.handlersService),
      updatesQueue:
        queueUrl.settings === undefined
          ? undefined
          : {
              queue: operatedQueue(queueUrl.settings, awsClientOptions(environment, 'SQS')),
              consumers: redisSeenConsumers(store, keys),
            },
    },
  };
}

const tokenlessBotApi: BotApi = {
  async call(method) {
    throw new BotApiUnreachableError(method, 'no bot token is set', { aborted: false, cause: undefined });
  },
};
