/** The sidecar's public names: its metrics and its paths. */
export const sidecarMetricNames = {
  botUp: 'staffprobot_sidecar_bot_up',
  botLastSeen: 'staffprobot_sidecar_bot_last_seen_timestamp_seconds',
  botLooks: 'staffprobot_sidecar_bot_looks_total',
  botAnswerDuration: 'staffprobot_sidecar_bot_answer_duration_seconds',
} as const;

/** Prefix of the sidecar's own process metrics, so that `process_*` and `nodejs_*` are the bot's. */
export const sidecarProcessPrefix = 'staffprobot_sidecar_';

/**
 * Arguments of Node: the sidecar lives on a few megabytes of heap, and without a limit V8 would rather let a flood's
 * garbage grow than collect it.
 */
export const sidecarNodeArguments = ['--max-old-space-size=48'] as const;

export const sidecarPaths = { metrics: '/metrics', health: '/healthz' } as const;
