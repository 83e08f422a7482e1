/**
 * The ports of the polling lock: each call is one atomic step in the store, safe to repeat.
 *
 * Every call rejects with an error of `core/platform/store-errors.ts`. After a `StoreUnreachableError` the step may
 * or may not have been taken.
 */
import type { Reason } from '../platform/audit-trail.ts';

export interface Held {
  /** The stored value, unchanged. */
  readonly value: string;
  /** Remaining TTL; null for a lock without expiry, which only another program writes. */
  readonly ttlMs: number | null;
}

/** The store belongs to another bot than this worker's. */
export interface StoreMismatch {
  readonly botId: string;
  readonly storeBotId: string;
}

export type AcquireReply =
  | { readonly kind: 'acquired'; readonly epoch: number; readonly storeTimeMs: number }
  | { readonly kind: 'held'; readonly held: Held }
  /** The store has no epoch: it is new or was wiped. No process may lead for one TTL. */
  | { readonly kind: 'quarantined'; readonly held: Held }
  | ({ readonly kind: 'other bot' } & StoreMismatch);

export type RenewReply =
  | { readonly kind: 'renewed'; readonly storeTimeMs: number }
  /** Ops asked for the lock; it was not renewed. */
  | { readonly kind: 'revoked'; readonly storeTimeMs: number }
  /** Absent, or another process has it. */
  | { readonly kind: 'lost' };

/** What a renewal carries, to save calls of their own. */
export interface RenewPayload {
  /** The heartbeat to write, as stored. */
  readonly heartbeat?: string;
  /** Why polls fail: goes into the heartbeat that is stored, which stays as old as it is. */
  readonly pollError?: string;
  /** Ended updates whose journal entries are to be deleted. */
  readonly finishedUpdateIds?: readonly number[];
}

/** What a term leaves to the next leader; noted when the lock is released. */
export type HandOff =
  /** Everything it fetched is confirmed or in the journal. */
  | 'clean'
  /** Telegram may deliver again what this term's handlers have seen. */
  | 'dirty'
  /** It ended before it knew what the previous term had left. */
  | 'unchanged';

/** The lock as the workers of one bot use it. */
export interface PollingLockStore {
  /** The store belongs to the bot that takes its lock first; another bot changes nothing, even if the lock is free. */
  acquire(value: string, ttlMs: number): Promise<AcquireReply>;
  renew(value: string, ttlMs: number, payload: RenewPayload): Promise<RenewReply>;
  /** Deletes the lock if it is `value`, and notes what the term leaves. False if it was gone already. */
  release(value: string, handOff: HandOff): Promise<boolean>;
}

/** What ops may do with another process's lock. */
export interface LockOverride {
  /** Undefined if no process holds the lock. */
  read(): Promise<Held | undefined>;
  /** Marks exactly this value as revoked. False if the lock holds another value, or none. */
  revoke(value: string, reason: Reason): Promise<boolean>;
  /** Deletes exactly this value at once. False if the lock holds another value, or none. */
  break(value: string, reason: Reason, event?: 'broken' | 'task-stopped'): Promise<boolean>;
}
