/**
 * What the stack and the heartbeat monitor agree on: names and times, no code.
 *
 * EventBridge invokes it every minute without retries; the next minute is the retry. Its success metric is written
 * only at the end of a full pass, so its absence means that nobody watches the bot.
 */
export const functionName = 'heartbeat-monitor';

/** What the function reads from its environment; secrets come through `SECRETS_ARN`. */
export const environmentVariables = [
  'ENVIRONMENT',
  'TELEGRAM_API_ROOT',
  'UPSTASH_REDIS_REST_URL',
  'REDIS_KEY_PREFIX',
  'SUPERADMIN_TELEGRAM_IDS',
  'HEARTBEAT_INTERVAL_SECONDS',
  'HEARTBEAT_STALE_SECONDS',
  'ALERT_TOPIC_ARN',
  'ECS_CLUSTER',
  'ECS_SERVICE',
  'REMINDER_MINUTES',
  'AUTO_RESTART_MINUTES',
  'NOTIFY_LOCALE',
  'OPS_BASE_URL',
  'LOG_LEVEL',
  'SECRETS_ARN',
] as const;

/** The run allows itself this; Lambda's time-out lies above it. */
export const runLimitSeconds = 55;
export const timeoutSeconds = 60;
export const everyMinutes = 1;

export const metricNamespace = 'StaffProBot';
/** The dimension by which stacks in one account are told apart: the function's own name, as Lambda's metrics have it. */
export const metricDimension = 'FunctionName';
export const metrics = {
  /** 1 at the end of every full pass; missing is breaching. */
  pass: 'MonitorPass',
  heartbeatAge: 'HeartbeatAgeSeconds',
  outageOpen: 'OutageOpen',
  oldestUndelivered: 'OldestUndeliveredSeconds',
} as const;
