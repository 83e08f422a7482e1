/**
 * Everything the two functions are made of, put together from an environment.
 *
 * Nothing here connects to anything but the secrets extension: clients are lazy. All of it is built once and kept
 * between invocations.
 */
import type { Clock } from '../core/clock.ts';
import { ConfigurationError } from '../core/configuration-error.ts';
import type { Environment } from '../core/environment-reader.ts';
import type { Logger } from '../core/logger.ts';
import { alertLinks } from '../core/ops-links/alert-links.ts';
import type { LinkMaker } from '../core/ops-links/make-link.ts';
import type { MonitorPorts } from '../core/outage/monitor.ts';
import { storeTimeoutMs } from '../core/outage/monitor.ts';
import type { LockOverride } from '../core/polling-lock/lock-store.ts';
import type { Random } from '../core/random.ts';
import { redactor } from '../core/redaction.ts';
import { type EnvironmentName, readSettings, type Settings } from '../core/settings.ts';
import { storeKeys } from '../core/store-keys.ts';
import { awsClientOptions } from './aws-client.ts';
import { ecsWorkerService } from './ecs.ts';
import { linkSigner } from './link-signer.ts';
import { createLogger } from './logger.ts';
import { redisAuditTrail } from './redis/audit.ts';
import { redisInboxStore } from './redis/inbox-store.ts';
import { redisLinkStore } from './redis/link-store.ts';
import { redisOutageStore } from './redis/outage-store.ts';
import { redisLockStore } from './redis/redis-lock-store.ts';
import { upstashStore } from './redis/upstash-store.ts';
import { withSecrets } from './secrets.ts';
import { snsTopic } from './sns.ts';
import { fetchBotApi } from './telegram/fetch-bot-api.ts';

export interface FunctionSeams {
  readonly clock: Clock;
  readonly random: Random;
  /** Where lines go; stdout when left out. */
  readonly write?: (line: string) => void;
}

export interface FunctionParts {
  readonly settings: Settings;
  readonly ports: MonitorPorts & {
    readonly environment: EnvironmentName;
    readonly clock: Clock;
    readonly lock: LockOverride;
  };
  /** What links are made and judged with; undefined: they are off. */
  readonly linkMaker: LinkMaker | undefined;
}

export async function functionParts(
  name: string,
  given: Environment,
  { clock, random, write }: FunctionSeams,
): Promise<FunctionParts> {
  const environment = await withSecrets(given);
  const result = readSettings(environment);
  if (!result.ok) throw new ConfigurationError(result.problems);
  const { settings } = result;
  const {
    botToken,
    store: storeSettings,
    opsLinkSecret,
    opsBaseUrl,
    logLevel,
    alertTopicArn,
    ecs,
  } = settings;
  const redact = redactor([botToken, storeSettings.token, opsLinkSecret]);
  const fields = { service: name };
  const logger: Logger = createLogger({
    level: logLevel,
    redact,
    clock,
    fields,
    ...(write ? { write } : {}),
  });
  for (const warning of result.warnings) logger.warn(warning);
  const store = upstashStore({
    url: storeSettings.url,
    token: storeSettings.token,
    timeoutMs: storeTimeoutMs,
  });
  const keys = storeKeys(storeSettings.keyPrefix);
  const linkMaker =
    opsLinkSecret === undefined
      ? undefined
      : { store: redisLinkStore(store, keys), signer: linkSigner(opsLinkSecret), random };
  return {
    settings,
    linkMaker,
    ports: {
      environment: settings.environment,
      clock,
      random,
      logger,
      redact,
      store: redisOutageStore(store, keys),
      inbox: redisInboxStore(store, keys),
      audit: redisAuditTrail(store, keys),
      lock: redisLockStore(store, keys),
      telegram: fetchBotApi({ apiRoot: settings.telegramApiRoot, token: botToken }),
      topic:
        alertTopicArn === undefined
          ? undefined
          : snsTopic(alertTopicArn, awsClientOptions(environment, 'SNS')),
      ecs: ecs === undefined ? undefined : ecsWorkerService(ecs, awsClientOptions(environment, 'ECS')),
      links:
        linkMaker === undefined || opsBaseUrl === undefined
          ? undefined
          : alertLinks({ ...linkMaker, baseUrl: opsBaseUrl, locale: settings.notifyLocale, logger }),
    },
  };
}
