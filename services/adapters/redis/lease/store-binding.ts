/** The binding of a store to its bot, in Redis. */
import type { StoreBinding, Unbinding } from '../../../core/lease/store-binding.ts';
import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import type { CommandRunner } from '../inbox/inbox-store.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import { unexpected } from '../script-replies.ts';
import { readHeld } from './lock-override.ts';

const unbindScript = luaScript('lease/unbind-store-5');

/** Bounds how long one call keeps the store from everybody else. */
const pieceBytesMax = 1_000_000;

export function redisStoreBinding(
  store: ScriptRunner & CommandRunner,
  keys: StoreKeys,
  bytesMax = pieceBytesMax,
): StoreBinding {
  return {
    async read() {
      const botId = await store.command(['GET', keys.bot]);
      const journaled = Number(await store.command(['HLEN', keys.journal]));
      return { botId: typeof botId === 'string' ? botId : undefined, journaled };
    },

    async unbind(botId, { who, why }) {
      const args = [botId ?? '', who, why, String(auditEntriesMax), String(bytesMax)];
      const used = [keys.lock, keys.bot, keys.journal, keys.dead, keys.audit];
      for (let moved = 0; ; ) {
        const reply = await store.run(unbindScript, used, args);
        const piece = readPiece(reply);
        if (typeof piece !== 'number') return { ...piece, moved: moved + piece.moved };
        moved += piece;
      }
    },
  };
}

/** How the unbinding ended, or how many updates were moved if more are left. */
function readPiece(reply: ScriptReply): Unbinding | number {
  const [code, first] = Array.isArray(reply) ? reply : [];
  if (code === 0) return { kind: 'lock held', held: readHeld(reply, 1), moved: 0 };
  if (code === 1 && typeof first === 'number') return first;
  if (code === 2 && typeof first === 'number') return { kind: 'unbound', moved: first };
  if (code === 3 && typeof first === 'string') return { kind: 'other bot', botId: first, moved: 0 };
  throw unexpected(reply);
}
