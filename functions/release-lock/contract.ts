/**
 * What the stack and the ops function agree on: names and times, no code.
 *
 * It takes a direct invocation (IAM decides who may), the event of a stopped ECS task, and the function URL's
 * requests, which get one-tap links when `OPS_LINK_SECRET` is set, and nothing else.
 */
export const functionName = 'release-lock';

/** What the function reads from its environment; secrets come through `SECRETS_ARN`. */
export const environmentVariables = [
  'ENVIRONMENT',
  'TELEGRAM_API_ROOT',
  'UPSTASH_REDIS_REST_URL',
  'REDIS_KEY_PREFIX',
  'HEARTBEAT_INTERVAL_SECONDS',
  'HEARTBEAT_STALE_SECONDS',
  'ECS_CLUSTER',
  'ECS_SERVICE',
  'NOTIFY_LOCALE',
  'LOG_LEVEL',
  'SECRETS_ARN',
] as const;

/** A recovery waits for a new task's first heartbeat; pulling and starting one takes a minute or two. */
export const timeoutSeconds = 300;

/** The EventBridge events that it takes. */
export const taskStoppedEvent = {
  source: 'aws.ecs',
  detailType: 'ECS Task State Change',
  lastStatus: 'STOPPED',
} as const;
