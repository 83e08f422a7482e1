/** The bot's container: its name, metric names and HTTP paths, for the sidecar, the alert rules and infra. */
export { healthPath, metricsPath } from '../core/platform/status-paths.ts';
export { botContainerName } from '../core/platform/worker-service.ts';

export const botMetricNames = {
  conflicts: 'staffprobot_bot_polling_conflicts_total',
  heartbeatTimestamp: 'staffprobot_bot_polling_heartbeat_timestamp',
  leader: 'staffprobot_bot_polling_leader',
  epoch: 'staffprobot_bot_polling_epoch',
  polls: 'staffprobot_bot_polls_total',
  pollDuration: 'staffprobot_bot_poll_duration_seconds',
  lastPollTimestamp: 'staffprobot_bot_last_poll_timestamp_seconds',
  updatesReceived: 'staffprobot_bot_updates_received_total',
  updatesHandled: 'staffprobot_bot_updates_handled_total',
  updateDuration: 'staffprobot_bot_update_duration_seconds',
  updatesInFlight: 'staffprobot_bot_updates_in_flight',
  updatesJournaled: 'staffprobot_bot_updates_journaled',
  updatesDead: 'staffprobot_bot_updates_dead_total',
  updatesOverdue: 'staffprobot_bot_updates_overdue_total',
  storeCommands: 'staffprobot_bot_store_commands_total',
  storeErrors: 'staffprobot_bot_store_errors_total',
  queueSends: 'staffprobot_bot_queue_sends_total',
  queueDepth: 'staffprobot_bot_queue_depth',
  queueDeadLetters: 'staffprobot_bot_queue_dead_letters',
  buildInfo: 'staffprobot_build_info',
} as const;

/** In the image, beside the bundle: asks a container for its health. */
export const healthCheckScript = 'health-check.sh';
