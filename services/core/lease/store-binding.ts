/** The port of a store's binding to its bot: which one it belongs to, and how to free it for another. */
import type { Reason } from '../platform/audit-trail.ts';
import type { Held } from './lock-store.ts';

export interface BoundStore {
  /** Undefined: no worker has taken the lock of this store yet, or it was freed. */
  readonly botId: string | undefined;
  /** How many entries the journal holds. */
  readonly journaled: number;
}

export type Unbinding =
  | { readonly kind: 'unbound'; readonly moved: number }
  /** The store still belongs to the bot; what was moved before stays moved. */
  | { readonly kind: 'lock held'; readonly held: Held; readonly moved: number }
  | { readonly kind: 'other bot'; readonly botId: string; readonly moved: number };

export interface StoreBinding {
  read(): Promise<BoundStore>;
  /**
   * Moves the journal of this bot to the dead letters, piece by piece, and frees the store. Safe to repeat.
   * @param botId the bot that the store is thought to belong to; undefined: none
   */
  unbind(botId: string | undefined, reason: Reason): Promise<Unbinding>;
}
