/**
 * The dead letters in Redis: a hash from update id to an entry in the journal's form (see open-journal-3).
 */

import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import type { DeadLetter, DeadLetters } from '../../../core/updates/dead-letters.ts';
import type { CommandRunner } from '../inbox/inbox-store.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';

const retryScript = luaScript('journal/retry-dead-3');
const retryReplies = ['unknown', 'put back', 'there already'] as const;

export function redisDeadLetters(store: ScriptRunner & CommandRunner, keys: StoreKeys): DeadLetters {
  return {
    async list() {
      const reply = await store.command(['HGETALL', keys.dead]);
      const flat: readonly unknown[] = Array.isArray(reply) ? reply : [];
      const dead: DeadLetter[] = [];
      for (let i = 0; i + 1 < flat.length; i += 2)
        dead.push(readDeadLetter(String(flat[i]), String(flat[i + 1])));
      return dead.sort((a, b) => Number(a.id) - Number(b.id));
    },

    async retry(id, { who, why }) {
      const args = [id, who, why, String(auditEntriesMax)];
      const reply = await store.run(retryScript, [keys.dead, keys.journal, keys.audit], args);
      const result = retryReplies[Number(reply)];
      if (result === undefined) throw new Error(`retry-dead answered ${JSON.stringify(reply)}`);
      return result;
    },
  };
}

function readDeadLetter(id: string, line: string): DeadLetter {
  const [, attempts, update] = /^(\d+) \d+ \d+ \d+ (.*)$/s.exec(line) ?? [];
  return { id, attempts: Number(attempts ?? 0), update: update ?? line };
}
