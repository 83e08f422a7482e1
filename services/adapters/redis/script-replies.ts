/** Shared checks of scripts' replies. */
import type { ScriptReply } from './lua-scripts.ts';

/** True for 1, false for 0. */
export function isOne(reply: ScriptReply): boolean {
  if (reply !== 0 && reply !== 1) throw unexpected(reply);
  return reply === 1;
}

/** An unexpected reply is a bug of this program: script and adapter have the same version. */
export function unexpected(reply: ScriptReply): Error {
  return new Error(`a script answered ${JSON.stringify(reply)}, which no script of this version does`);
}
