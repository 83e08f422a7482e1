import type { LuaScript } from '../../../services/adapters/redis/lua-scripts.ts';
import type { WarningStore } from '../../../services/core/alerts/warning-store.ts';
import type { OutageStore } from '../../../services/core/monitor/outage-store.ts';

/** What a mutant changes; the shipped program changes nothing. */
export interface MonitorMutation {
  sourceOf?(script: LuaScript): string;
  wrapWarnings?(store: WarningStore): WarningStore;
  wrapStore?(store: OutageStore): OutageStore;
  /** Changes the time that a run believes it has left. */
  wrapTime?(remainingMs: () => number): () => number;
}
