/** A status answer of a bot that works, with what a test says otherwise. */
import type { StatusResult } from '../../services/core/ops/results.ts';

export function liveStatus(more: Partial<StatusResult> = {}): StatusResult {
  return {
    lock: null,
    epoch: 1,
    heartbeatAgeSeconds: 1,
    heartbeat: null,
    up: true,
    state: more.up === false ? 'down' : 'works',
    since: null,
    told: null,
    acknowledgedBy: null,
    snooze: null,
    unreachable: [],
    handlers: null,
    cause: null,
    diagnosis: [],
    outage: null,
    telegram: 'reachable',
    telegramProblem: null,
    pendingUpdates: 0,
    webhookSet: false,
    ecs: null,
    ecsProblem: null,
    environment: null,
    environmentProblem: null,
    ...more,
  };
}
