/**
 * The lock as its users see it: each call is one atomic step in the store, safe to repeat.
 *
 * Every call rejects with an error of `core/store-errors.ts`; after a `StoreUnreachableError` it is unknown whether
 * the step was taken.
 */
import type { Reason } from '../platform/audit-trail.ts';

export interface Held {
  /** The stored value, exactly as it is. */
  readonly value: string;
  /** Remaining life in milliseconds; null for a lock without expiry, which only a stranger writes. */
  readonly ttlMs: number | null;
}

export type AcquireReply =
  | { readonly kind: 'acquired'; readonly epoch: number; readonly storeTimeMs: number }
  | { readonly kind: 'held'; readonly held: Held }
  /** The store knows no epoch: it was wiped, or is new. Nobody may lead for one TTL. */
  | { readonly kind: 'quarantined'; readonly held: Held };

export type RenewReply =
  | { readonly kind: 'renewed'; readonly storeTimeMs: number }
  /** Ops asked for the lock; it was not prolonged. */
  | { readonly kind: 'revoked' }
  /** Absent or somebody else's. */
  | { readonly kind: 'lost' };

/** What rides along with a renewal, so that it costs no call of its own. */
export interface RenewPayload {
  /** The heartbeat to write, as stored. */
  readonly heartbeat?: string;
  /** Journal entries whose updates are handled. */
  readonly finishedUpdateIds?: readonly number[];
}

/** What a term leaves behind for the next leader; told when the lock is given back. */
export type HandOff =
  /** All that it fetched is confirmed or stands in the journal. */
  | 'clean'
  /** Telegram may deliver again what handlers of this term have seen. */
  | 'dirty'
  /** It ended before it knew what the term before had left. */
  | 'unchanged';

export interface PollingLockStore {
  acquire(value: string, ttlMs: number): Promise<AcquireReply>;
  renew(value: string, ttlMs: number, payload: RenewPayload): Promise<RenewReply>;
  /** Deletes only `value`, and notes what its term leaves behind. False when it was not there any more. */
  release(value: string, handOff: HandOff): Promise<boolean>;
}

/** What ops may do with a lock that somebody else holds. */
export interface LockOverride {
  /** The lock as it stands, or undefined. */
  read(): Promise<Held | undefined>;
  /** Marks exactly this value as revoked. False when it is not in the lock any more. */
  revoke(value: string, reason: Reason): Promise<boolean>;
  /** Deletes exactly this value at once. False when it is not in the lock any more. */
  break(value: string, reason: Reason): Promise<boolean>;
}
