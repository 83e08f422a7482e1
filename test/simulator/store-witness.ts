/** Sees every script that the simulated store runs, for the checkers. */
import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';

export interface LockReading {
  readonly value: string | null;
  readonly ttlMs: number;
}

export interface StoreWitness {
  before(): LockReading;
  after(script: LuaScript, args: readonly string[], before: LockReading, by: string): void;
  /** The answer reached a process that still waited for it. */
  answered(script: LuaScript, args: readonly string[], executedMs: number): void;
}
