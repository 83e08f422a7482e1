/** Sees every script that the simulated store runs, for the checkers. */
import type { LuaScript, ScriptReply } from '../../services/adapters/redis/lua-scripts.ts';

export interface LockReading {
  readonly value: string | null;
  /** 0 if it is free or the caller's own. */
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
  /** The process's machine was halted in between. */
  readonly wasHalted: boolean;
}

/** A script that the store has just carried out. */
export interface RanScript {
  readonly script: LuaScript;
  readonly args: readonly string[];
  /** Of the lock, right before. */
  readonly before: LockReading;
  readonly by: string;
  /** How long ago the request was sent. */
  readonly lateMs: number;
}

export interface StoreWitness {
  before(args: readonly string[]): LockReading;
  after(ran: RanScript): void;
  /** The answer reached a process that still waited for it. */
  answered(script: LuaScript, args: readonly string[], answer: Answer): void;
}
