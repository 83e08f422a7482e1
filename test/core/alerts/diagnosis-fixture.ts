/** A diagnosis with every fact that the texts can name, but an error. */
import type { Diagnosis } from '../../../services/core/outage/diagnosis.ts';

export const noTaskRunning: Diagnosis = {
  cause: 'no-task-running',
  holder: { host: 'ip-10-0-1-5', pid: 7, env: 'production' },
  holdsLock: false,
  lastError: null,
  telegram: { kind: 'reachable', pendingUpdates: 12, webhookHost: null },
  ecs: {
    kind: 'known',
    desired: 1,
    running: 0,
    deploying: false,
    lastStopReason: 'OutOfMemoryError; bot: exit 137',
  },
};
