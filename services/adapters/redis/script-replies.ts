/** What the store's adapters have in common when they read what a script answered. */
import type { ScriptReply } from './lua-scripts.ts';

/** True for 1, false for 0. */
export function isOne(reply: ScriptReply): boolean {
  if (reply !== 0 && reply !== 1) throw unexpected(reply);
  return reply === 1;
}

/** A reply of another shape is a bug of ours: script and adapter are of one version. */
export function unexpected(reply: ScriptReply): Error {
  return new Error(`a script answered ${JSON.stringify(reply)}, which no script of this version does`);
}
