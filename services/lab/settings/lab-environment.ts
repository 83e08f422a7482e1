/**
 * The environments of the lab's programs: those of a deployment, but pointing at the lab's own servers.
 *
 * Tested by: test/lab/settings/lab-times.test.ts
 */

import { superadmins } from '../chats/people.ts';
import { handlersService, workerService } from './lab-services.ts';
import type { LabTimes } from './lab-times.ts';

/** The addresses of the lab's servers, and credentials that work only there. */
export interface LabAddresses {
  readonly redisUrl: string;
  readonly redisToken: string;
  readonly telegramUrl: string;
  readonly botToken: string;
  readonly awsUrl: string;
  readonly metadataUrl: string;
  /** The ops function's address and the secret of the one-tap links. */
  readonly opsUrl: string;
  readonly opsLinkSecret: string;
  /** Of the updates queue; undefined if handlers run in the worker. */
  readonly queueUrl: string | undefined;
}

type Environment = Readonly<Record<string, string>>;

export const cluster = 'staffprobot-lab';
export const region = 'eu-central-1';
export const account = '000000000000';
export const topicArn = `arn:aws:sns:${region}:${account}:staffprobot-lab-alerts`;
const awsEnvironment = { AWS_REGION: region, AWS_ACCESS_KEY_ID: 'lab', AWS_SECRET_ACCESS_KEY: 'lab' };
/** Well below the time that a stopping lab gives its children. */
const drainSeconds = 6;

/** Shared by the worker and the functions. */
function commonEnvironment(site: LabAddresses, times: LabTimes): Environment {
  return {
    ENVIRONMENT: 'production',
    TELEGRAM_BOT_TOKEN_PROD: site.botToken,
    TELEGRAM_API_ROOT: site.telegramUrl,
    UPSTASH_REDIS_REST_URL: site.redisUrl,
    UPSTASH_REDIS_REST_TOKEN: site.redisToken,
    SUPERADMIN_TELEGRAM_IDS: superadmins.map(({ id }) => id).join(','),
    HEARTBEAT_INTERVAL_SECONDS: String(times.heartbeatIntervalSeconds),
    HEARTBEAT_STALE_SECONDS: String(times.heartbeatStaleSeconds),
  };
}

export interface TaskPorts {
  readonly bot: number;
  readonly sidecar: number;
}

/** For one task; `METRICS_*` connect the worker and its sidecar. */
export function workerEnvironment(
  site: LabAddresses,
  times: LabTimes,
  task: TaskPorts & { id: string },
): Environment {
  return {
    ...commonEnvironment(site, times),
    ...sidecarEnvironment(task),
    ...queueEnvironment(site, times),
    POLLING_LOCK_BUSY: 'standby',
    POLLING_LOCK_TTL_SECONDS: String(times.leaseTtlSeconds),
    POLLING_LOCK_RENEW_SECONDS: String(times.leaseRenewSeconds),
    LONG_POLL_TIMEOUT_SECONDS: String(times.longPollSeconds),
    DRAIN_TIMEOUT_SECONDS: String(drainSeconds),
    ECS_CONTAINER_METADATA_URI_V4: `${site.metadataUrl}/v4/${task.id}`,
  };
}

/** For one task that runs handlers, in queue mode. */
export function consumerEnvironment(site: LabAddresses, times: LabTimes, task: TaskPorts): Environment {
  return {
    ...commonEnvironment(site, times),
    ...sidecarEnvironment(task),
    ...queueEnvironment(site, times),
    DRAIN_TIMEOUT_SECONDS: String(drainSeconds),
  };
}

function queueEnvironment({ queueUrl }: LabAddresses, times: LabTimes): Environment {
  if (queueUrl === undefined) return {};
  return {
    HANDLERS: 'queue',
    UPDATES_QUEUE_URL: queueUrl,
    QUEUE_VISIBILITY_SECONDS: String(times.queueVisibilitySeconds),
    ...awsEnvironment,
  };
}

export function sidecarEnvironment({ bot, sidecar }: TaskPorts): Environment {
  return { METRICS_HOST: '127.0.0.1', METRICS_PORT: String(sidecar), BOT_METRICS_PORT: String(bot) };
}

export function functionEnvironment(site: LabAddresses, times: LabTimes): Environment {
  return {
    ...commonEnvironment(site, times),
    REMINDER_MINUTES: String(times.reminderMinutes),
    ALERT_TOPIC_ARN: topicArn,
    OPS_BASE_URL: site.opsUrl,
    OPS_LINK_SECRET: site.opsLinkSecret,
    ECS_CLUSTER: cluster,
    ECS_SERVICE: workerService.name,
    ...(site.queueUrl === undefined
      ? {}
      : { UPDATES_QUEUE_URL: site.queueUrl, ECS_HANDLERS_SERVICE: handlersService.name }),
    ...awsEnvironment,
    AWS_ENDPOINT_URL_SNS: site.awsUrl,
    AWS_ENDPOINT_URL_ECS: site.awsUrl,
  };
}
