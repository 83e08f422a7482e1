import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import type { PollingLockStore } from '../../services/core/lease/lock-store.ts';
import type { UpdateJournal } from '../../services/core/updates/journal.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { Prng } from './prng.ts';

/** What a mutant changes; empty for the shipped program. */
export interface Mutation {
  sourceOf?(script: LuaScript): string;
  wrapLockStore?(store: PollingLockStore, raw: EmbeddedStore): PollingLockStore;
  wrapJournal?(journal: UpdateJournal): UpdateJournal;
  random?(prng: Prng): Prng;
}
