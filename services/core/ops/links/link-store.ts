/**
 * The records of one-tap links. Each call is one atomic step in the store, safe to repeat.
 *
 * Every call rejects with an error of `core/store-errors.ts`; then nothing is known.
 */
import type { OpsAnswer } from '../results.ts';
import type { OpsLink } from './link.ts';

export type LinkRecord =
  | { readonly state: 'unused' }
  /** By the store's clock. No result: it is being done, or whoever did it was killed. */
  | { readonly state: 'used'; readonly usedMs: number; readonly result: LinkResult | undefined };

export interface LinkResult {
  readonly answer: OpsAnswer;
  /** After a failure: the address of a new link of the same kind. */
  readonly retryPath?: string | undefined;
}

export interface LinkStore {
  make(link: OpsLink): Promise<void>;
  /** Undefined: never made, or expired. Writes nothing. */
  read(link: OpsLink): Promise<LinkRecord | undefined>;
  /** `token` is fresh for each attempt. `outage over`: its outage is not the open one. */
  use(link: OpsLink, token: string): Promise<'used now' | 'used before' | 'outage over' | 'unknown'>;
  /** Keeps what came of it, for whoever looks again. */
  finish(link: OpsLink, token: string, result: LinkResult): Promise<void>;
}
