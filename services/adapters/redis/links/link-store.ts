/** The records of one-tap links in Redis: one expiring hash for each link. */

import type { LinkResult, LinkStore } from '../../../core/ops/links/link-store.ts';
import { linkText, linkTtlMs } from '../../../core/ops/links/signed-link.ts';
import type { OpsAnswer } from '../../../core/ops/results.ts';
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import type { CommandRunner } from '../inbox/inbox-store.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';

const scripts = {
  make: luaScript('links/make-ops-link-1'),
  use: luaScript('links/use-ops-link-3'),
  finish: luaScript('links/finish-ops-link-1'),
};

const useReplies = ['unknown', 'used now', 'used before', 'outage over'] as const;

export function redisLinkStore(store: ScriptRunner & CommandRunner, keys: StoreKeys): LinkStore {
  return {
    async make(link) {
      await store.run(scripts.make, [keys.opsLink(link.id)], [linkText(link), String(linkTtlMs)]);
    },

    async read(link) {
      const reply = await store.command(['HMGET', keys.opsLink(link.id), 'link', 'used_ms', 'result']);
      const [text, usedMs, result] = Array.isArray(reply) ? reply : [];
      if (text !== linkText(link)) return undefined;
      if (typeof usedMs !== 'string') return { state: 'unused' };
      return { state: 'used', usedMs: Number(usedMs), result: readResult(result) };
    },

    async use(link, token) {
      const used = [keys.opsLink(link.id), keys.alertSent, keys.outage];
      const args = [linkText(link), link.outageId, token, String(linkTtlMs)];
      const reply = await store.run(scripts.use, used, args);
      const result = useReplies[Number(reply)];
      if (result === undefined) throw new Error(`use-ops-link answered ${JSON.stringify(reply)}`);
      return result;
    },

    async finish(link, token, result) {
      await store.run(scripts.finish, [keys.opsLink(link.id)], [token, JSON.stringify(result)]);
    },
  };
}

function readResult(raw: unknown): LinkResult | undefined {
  if (typeof raw !== 'string') return undefined;
  try {
    const value = JSON.parse(raw) as { readonly answer?: OpsAnswer; readonly retryPath?: string } | null;
    return value?.answer === undefined ? undefined : { answer: value.answer, retryPath: value.retryPath };
  } catch {
    return undefined;
  }
}
