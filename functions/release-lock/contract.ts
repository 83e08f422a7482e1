/**
 * What the stack and the ops function agree on: names and times, no code.
 *
 * The function takes direct invocations (IAM decides who may invoke it), events of ECS tasks, and requests
 * through its URL, which serves nothing but one-tap links, and only if `OPS_LINK_SECRET` is set.
 */
import { botContainerName } from '../../services/core/platform/worker-service.ts';

export const functionName = 'release-lock';

/** The variables that the function reads; its secrets come from `SECRETS_ARN`. */
export const environmentVariables = [
  'ENVIRONMENT',
  'TELEGRAM_API_ROOT',
  'UPSTASH_REDIS_REST_URL',
  'REDIS_KEY_PREFIX',
  'HEARTBEAT_INTERVAL_SECONDS',
  'HEARTBEAT_STALE_SECONDS',
  'ECS_CLUSTER',
  'ECS_SERVICE',
  'ECS_HANDLERS_SERVICE',
  'UPDATES_QUEUE_URL',
  'NOTIFY_LOCALE',
  'LOG_LEVEL',
  'SECRETS_ARN',
] as const;

/** Long enough for a recovery to wait for a new task's first heartbeat: starting one takes a minute or two. */
export const timeoutSeconds = 300;

/**
 * The EventBridge events that the function takes: a task whose container `bot` has stopped. On Fargate the task itself
 * is `STOPPED` only 10 to 30 seconds later, after its network interface is gone.
 */
export const taskStoppedEvent = {
  source: 'aws.ecs',
  detailType: 'ECS Task State Change',
  container: { name: botContainerName, lastStatus: 'STOPPED' },
} as const;
