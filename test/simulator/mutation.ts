import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import type { PollingLockStore } from '../../services/core/lease/lock-store.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { Prng } from './prng.ts';

/** What a mutant changes; empty for the shipped program. */
export interface Mutation {
  sourceOf?(script: LuaScript): string;
  wrapLockStore?(store: PollingLockStore, raw: EmbeddedStore): PollingLockStore;
  random?(prng: Prng): Prng;
}
