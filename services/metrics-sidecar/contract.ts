/** What the sidecar's container shows to others. */
export const sidecarMetricNames = {
  botUp: 'staffprobot_sidecar_bot_up',
  botLastSeen: 'staffprobot_sidecar_bot_last_seen_timestamp_seconds',
} as const;

/** Put before the sidecar's own process metrics, so that `process_*` and `nodejs_*` stay the bot's. */
export const sidecarProcessPrefix = 'staffprobot_sidecar_';
