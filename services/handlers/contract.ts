/** The consumer's metric names, for the alert rules. It serves them on loopback, at `BOT_METRICS_PORT`, as the bot does. */
export const handlersMetricNames = {
  messagesReceived: 'staffprobot_handlers_messages_received_total',
  messagesLost: 'staffprobot_handlers_messages_lost_total',
  updatesHandled: 'staffprobot_handlers_updates_handled_total',
  updateDuration: 'staffprobot_handlers_update_duration_seconds',
  updatesOverdue: 'staffprobot_handlers_updates_overdue_total',
  updatesDead: 'staffprobot_handlers_updates_dead_total',
  running: 'staffprobot_handlers_running',
  held: 'staffprobot_handlers_messages_held',
  lag: 'staffprobot_handlers_lag_seconds',
  storeErrors: 'staffprobot_handlers_store_errors_total',
  queueErrors: 'staffprobot_handlers_queue_errors_total',
  buildInfo: 'staffprobot_build_info',
} as const;
