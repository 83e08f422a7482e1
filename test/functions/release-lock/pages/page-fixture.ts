/** A bot's state for the pages, and what a page shows. */
import type { StatusResult } from '../../../../services/core/ops/results.ts';

/** A bot that is up and that nobody has to repair, but for what is given. */
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

/** The rows of a page's cards by their names. */
export function rowsOf(body: string): Readonly<Record<string, string>> {
  const rows = body.matchAll(/<dt>([^<]*)<\/dt><dd>([^<]*)<\/dd>/g);
  return Object.fromEntries([...rows].map(([, name = '', value = '']) => [name, value]));
}
