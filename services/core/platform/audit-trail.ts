/**
 * The audit stream: who changed the polling, and why. Scripts that change the lock write their own entries.
 *
 * A lock that is broken because its task stopped has an event of its own; `broken` is always a person's doing.
 */
const auditEvents = [
  'acquired',
  'released',
  'lost',
  'revoked',
  'broken',
  'task-stopped',
  'outage',
  'recovered',
  'restarted',
  'dropped',
  'retried',
  'unbound',
] as const;
export type AuditEvent = (typeof auditEvents)[number];

/** Reason for a release by a term that fetched nothing; it says nothing about how the term before ended. */
export const neverPolledNote = 'the holder stopped before it polled';

export interface AuditEntry {
  readonly event: AuditEvent;
  readonly who: string;
  readonly why: string;
  readonly before: string;
  readonly after: string;
}

export interface StoredAuditEntry extends Omit<AuditEntry, 'event'> {
  /** The stream's own id, `<ms since 1970>-<number>`. */
  readonly id: string;
  readonly event: string;
}

export interface AuditTrail {
  append(entry: AuditEntry): Promise<void>;
  /** The newest entries, newest first. */
  latest(count: number): Promise<readonly StoredAuditEntry[]>;
}

/** Who did something and why; goes into the audit stream. */
export interface Reason {
  readonly who: string;
  readonly why: string;
}
