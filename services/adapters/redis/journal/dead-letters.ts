/** The dead letters in Redis: a hash from name to a line in the journal's form (see open-journal-3). */

import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import type { DeadLetter, DeadLetters, RetryOutcome } from '../../../core/updates/dead-letters.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import { answerBytesMax, answerIdsBytesMax, answerLineBytesMax, formatOf } from './journal-line.ts';

const listScript = luaScript('journal/list-entries-2');
const readScript = luaScript('journal/read-entries-2');
const retryScript = luaScript('journal/retry-dead-3');
const retryReplies: readonly RetryOutcome[] = [
  'unknown',
  'put back',
  'there already',
  'id in use',
  'put back as it is',
];
/** Nobody has to hold the lock. */
const withoutLock = '';
/** How many names one request may carry. */
const namesMax = 2000;

export function redisDeadLetters(
  store: ScriptRunner,
  { lock, dead, journal, audit }: StoreKeys,
): DeadLetters {
  async function names(): Promise<readonly string[]> {
    const all: string[] = [];
    for (let more: ScriptReply | undefined = 1; more === 1; ) {
      const args = [withoutLock, all.at(-1) ?? '', String(answerIdsBytesMax)];
      const reply = listOf(await store.run(listScript, [lock, dead], args));
      all.push(...listOf(reply[0]).map(String));
      more = reply[1];
    }
    return all;
  }

  return {
    async list() {
      const all = await names();
      const letters: DeadLetter[] = [];
      for (let at = 0; at < all.length; ) {
        const asked = all.slice(at, at + namesMax);
        const args = [withoutLock, String(answerBytesMax), String(answerLineBytesMax), ...asked];
        const lines = listOf(await store.run(readScript, [lock, dead], args));
        for (const [index, line] of lines.entries())
          if (line !== null) letters.push(readDeadLetter(asked[index] ?? '', line));
        at += lines.length;
      }
      return letters.sort((a, b) => a.id.localeCompare(b.id, 'en', { numeric: true }));
    },

    async retry(id, { who, why }) {
      const args = [id, who, why, String(auditEntriesMax)];
      const reply = await store.run(retryScript, [dead, journal, audit], args);
      const result = retryReplies[Number(reply)];
      if (result === undefined) throw new Error(`retry-dead answered ${JSON.stringify(reply)}`);
      return result;
    },
  };
}

function readDeadLetter(id: string, line: ScriptReply): DeadLetter {
  if (typeof line !== 'string') return { id, attempts: 0, update: `${line} bytes, too big to read` };
  const [, attempts, update] = formatOf(line) > 1 ? [] : (/^(\d+) \d+ \d+ \d+ (.*)$/s.exec(line) ?? []);
  return { id, attempts: Number(attempts ?? 0), update: update ?? line };
}

function listOf(reply: ScriptReply | undefined): readonly ScriptReply[] {
  if (!Array.isArray(reply)) throw new Error('the script answered something that is not a list');
  return reply;
}
