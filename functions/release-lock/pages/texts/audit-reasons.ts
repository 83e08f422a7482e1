/**
 * The fixed texts that this program writes into the audit stream as `why`: the status page shows them in the reader's
 * language. They are stored, so they do not change.
 */
import { neverPolledNote } from '../../../../services/core/platform/audit-trail.ts';

export const auditReasons = {
  lockWasFree: 'the lock was free',
  holderStopped: 'the holder stopped',
  neverPolled: neverPolledNote,
  unconfirmed: 'the term ended before everything it had fetched was confirmed',
  freshHeartbeat: 'a fresh heartbeat',
  flagWithoutOutage: 'a flag without an outage',
  autoRestart: 'the outage lasts longer than AUTO_RESTART_MINUTES',
} as const;

export type AuditReason = keyof typeof auditReasons;
