/** The journal of unfinished updates in Redis: a hash from update id to an entry that the scripts can parse. */

import { neverPolledNote } from '../../../core/platform/audit-trail.ts';
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import type { JournalEntry, UpdateJournal } from '../../../core/updates/journal.ts';
import type { Update } from '../../../core/updates/update.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';

const openScript = luaScript('journal/open-journal-3');
const putAsideScript = luaScript('journal/put-aside-3');
const beginScript = luaScript('journal/begin-attempts-3');
const writeScript = luaScript('journal/write-journal-2');

export function redisUpdateJournal(runner: ScriptRunner, keys: StoreKeys): UpdateJournal {
  return {
    async open(value) {
      const args = [value, neverPolledNote];
      const reply = await runner.run(openScript, [keys.lock, keys.journal, keys.audit], args);
      if (reply === null) return 'lock lost';
      const [endedCleanly, hash] = readList(reply);
      const { entries, unreadable } = readHash(readList(hash).map(String));
      if (unreadable.length > 0) {
        const args = [value, ...unreadable];
        const moved = await runner.run(putAsideScript, [keys.lock, keys.journal, keys.dead], args);
        if (moved === null) return 'lock lost';
      }
      return { endedCleanly: endedCleanly === 1, entries: entries.sort(byArrival), unreadable };
    },

    async beginAttempts({ value, epoch }, updateIds, { attemptsMax, finishedIds, tombstoneIds }) {
      const counts = [epoch, attemptsMax, finishedIds.length, tombstoneIds.length];
      const args = [value, ...[...counts, ...finishedIds, ...tombstoneIds, ...updateIds].map(String)];
      const reply = await runner.run(beginScript, [keys.lock, keys.journal, keys.dead], args);
      if (reply === null) return 'lock lost';
      return readList(reply).map((attempt) => (attempt === 0 ? 'dead letter' : Number(attempt)));
    },

    async write(value, { add, finishedIds }) {
      const pairs = add.flatMap((entry) => [String(entry.update.update_id), writeEntry(entry)]);
      const args = [value, String(finishedIds.length), ...finishedIds.map(String), ...pairs];
      return (await runner.run(writeScript, [keys.lock, keys.journal], args)) === 1 ? 'written' : 'lock lost';
    },
  };
}

function writeEntry({ attempt, countedEpoch, arrivedEpoch, arrivedIndex, update }: JournalEntry): string {
  return `${attempt} ${countedEpoch} ${arrivedEpoch} ${arrivedIndex} ${JSON.stringify(update)}`;
}

function readHash(flat: readonly string[]): { entries: JournalEntry[]; unreadable: string[] } {
  const entries: JournalEntry[] = [];
  const unreadable: string[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [field = '', line = ''] = flat.slice(i, i + 2);
    const entry = readEntry(field, line);
    if (entry === undefined) unreadable.push(field);
    else entries.push(entry);
  }
  return { entries, unreadable };
}

/** Undefined for an entry that another program wrote. */
function readEntry(field: string, line: string): JournalEntry | undefined {
  const [, attempt, countedEpoch, arrivedEpoch, arrivedIndex, json = ''] =
    /^(\d+|ended) (\d+) (\d+) (\d+) (.*)$/s.exec(line) ?? [];
  const update = readUpdate(json);
  if (update === undefined || String(update.update_id) !== field) return undefined;
  return {
    attempt: attempt === 'ended' ? attempt : Number(attempt),
    countedEpoch: Number(countedEpoch),
    arrivedEpoch: Number(arrivedEpoch),
    arrivedIndex: Number(arrivedIndex),
    update,
  };
}

function readUpdate(json: string): Update | undefined {
  try {
    const value = JSON.parse(json) as Update | null;
    return typeof value === 'object' && value !== null && Number.isSafeInteger(value.update_id)
      ? value
      : undefined;
  } catch {
    return undefined;
  }
}

function byArrival(a: JournalEntry, b: JournalEntry): number {
  return a.arrivedEpoch - b.arrivedEpoch || a.arrivedIndex - b.arrivedIndex;
}

function readList(reply: ScriptReply | undefined): readonly ScriptReply[] {
  if (!Array.isArray(reply)) throw new Error('the journal script answered something that is not a list');
  return reply;
}
