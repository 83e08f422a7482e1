/**
 * What the stack and the heartbeat monitor agree on: names and times, no code.
 *
 * EventBridge invokes the monitor every minute without retries; the next minute is the retry. The monitor writes its
 * success metric only at the end of a full pass, so a missing metric means that nothing watches the bot.
 */
export const functionName = 'heartbeat-monitor';

/** The variables that the function reads; its secrets come from `SECRETS_ARN`. */
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
  'UPDATES_QUEUE_URL',
  'REMINDER_MINUTES',
  'AUTO_RESTART_MINUTES',
  'NOTIFY_LOCALE',
  'OPS_BASE_URL',
  'OPS_FUNCTION_NAME',
  'RUNBOOK_URL',
  'WATCHDOG_PING_URL',
  'LOG_LEVEL',
  'SECRETS_ARN',
] as const;

/** The time that a run allows itself; Lambda's timeout lies above it. */
export const runLimitSeconds = 55;
export const timeoutSeconds = 60;
export const everyMinutes = 1;

export const metrics = {
  /** 1 at the end of every full pass; a missing one is breaching. */
  pass: 'MonitorPass',
  heartbeatAge: 'HeartbeatAgeSeconds',
  outageOpen: 'OutageOpen',
  oldestUndelivered: 'OldestUndeliveredSeconds',
  unreachableRecipients: 'UnreachableRecipients',
} as const;
