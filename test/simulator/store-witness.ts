/** Sees every script that the simulated store runs, for the checkers. */
import type { LuaScript, ScriptReply } from '../../services/adapters/redis/lua-scripts.ts';

export interface LockReading {
  readonly value: string | null;
  readonly ttlMs: number;
}

/** How an answer came about. */
export interface Answer {
  readonly reply: ScriptReply | Error;
  /** When the store carried the request out, in true time. */
  readonly executedMs: number;
  /** On the process's monotonic clock: before it sent the request, and when it read the answer. */
  readonly sentMs: number;
  readonly receivedMs: number;
}

export interface StoreWitness {
  before(): LockReading;
  after(script: LuaScript, args: readonly string[], before: LockReading, by: string): void;
  /** The answer reached a process that still waited for it. */
  answered(script: LuaScript, args: readonly string[], answer: Answer): void;
}
