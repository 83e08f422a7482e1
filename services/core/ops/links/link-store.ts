/**
 * The records of one-tap links. Each call is one atomic step in the store, safe to repeat.
 *
 * Every call rejects with an error of `core/platform/store-errors.ts`; then nothing is known.
 */
import type { OpsAnswer } from '../results.ts';
import type { LinkIssuer, OpsLink } from './signed-link.ts';

export type LinkRecord =
  | { readonly state: 'unused' }
  /** Used at `usedMs` by the store's clock. Without a result it is still running, or was killed half-way. */
  | { readonly state: 'used'; readonly usedMs: number; readonly result: LinkResult | undefined };

export interface LinkResult {
  readonly answer: OpsAnswer;
  /** After a failure: the path of a new link for the same purpose. */
  readonly retryPath?: string | undefined;
}

export interface LinkStore {
  make(link: OpsLink): Promise<void>;
  /** Undefined: never made, or expired. Writes nothing. */
  read(link: OpsLink): Promise<LinkRecord | undefined>;
  /** `token` is fresh for each attempt. `outage over`: another outage is open, or none. */
  use(link: OpsLink, token: string): Promise<'used now' | 'used before' | 'outage over' | 'unknown'>;
  /** Keeps the result, for anyone who opens the link again. */
  finish(link: OpsLink, token: string, result: LinkResult): Promise<void>;
}

/** Makes links and serves them. */
export interface OneTapLinks extends LinkIssuer {
  readonly store: LinkStore;
}
