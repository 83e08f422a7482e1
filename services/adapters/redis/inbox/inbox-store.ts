/** The in-app inboxes in Redis: a capped list for each superadmin. */

import { inboxEntryJson, inboxEntryStart, readInboxEntry } from '../../../core/alerts/inbox-entry.ts';
import type { InboxStore } from '../../../core/alerts/inbox-store.ts';
import { inboxEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';

/** Runs one plain command, such as `['LLEN', key]`. */
export interface CommandRunner {
  command(args: readonly [string, ...string[]]): Promise<ScriptReply>;
}

const pushScript = luaScript('inbox/push-inbox-1');
const markScript = luaScript('inbox/mark-inbox-read-1');

export function redisInboxStore(store: ScriptRunner & CommandRunner, keys: StoreKeys): InboxStore {
  return {
    async push(telegramId, entry) {
      const args = [inboxEntryJson(entry), inboxEntryStart(entry.id), String(inboxEntriesMax)];
      return (await store.run(pushScript, [keys.notifications(telegramId)], args)) === 1;
    },

    async list(telegramId, { skip, count }) {
      const key = keys.notifications(telegramId);
      const [total, listed] = await Promise.all([
        store.command(['LLEN', key]),
        store.command(['LRANGE', key, String(skip), String(skip + count - 1)]),
      ]);
      const raw: readonly ScriptReply[] = Array.isArray(listed) ? listed : [];
      const entries = raw.map((entry) => readInboxEntry(String(entry))).filter((one) => one !== undefined);
      return { entries, total: Number(total) };
    },

    async markRead(telegramId, ids) {
      if (ids?.length === 0) return 0;
      const starts = (ids ?? []).map(inboxEntryStart);
      return Number(await store.run(markScript, [keys.notifications(telegramId)], starts));
    },
  };
}
