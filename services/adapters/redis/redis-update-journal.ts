/** The journal of unfinished updates in Redis: a hash from update id to a line that the scripts can take apart. */

import { neverPolledNote } from '../../core/audit.ts';
import type { StoreKeys } from '../../core/store-keys.ts';
import type { JournalEntry, UpdateJournal } from '../../core/update-pipeline/journal.ts';
import type { Update } from '../../core/update-pipeline/update.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from './lua-scripts.ts';

const openScript = luaScript('open-journal-3');
const beginScript = luaScript('begin-attempts-3');
const writeScript = luaScript('write-journal-2');

export function redisUpdateJournal(runner: ScriptRunner, keys: StoreKeys): UpdateJournal {
  return {
    async open(value) {
      const args = [value, neverPolledNote];
      const reply = await runner.run(openScript, [keys.lock, keys.journal, keys.audit], args);
      if (reply === null) return 'lock lost';
      const [endedWell, lines] = listOf(reply);
      const entries = listOf(lines).map((line) => readEntry(String(line)));
      return { endedWell: endedWell === 1, entries: entries.sort(byArrival) };
    },

    async beginAttempts({ value, epoch }, updateIds, { attemptsMax, finishedIds }) {
      const limits = [String(epoch), String(attemptsMax), String(finishedIds.length)];
      const args = [value, ...limits, ...finishedIds.map(String), ...updateIds.map(String)];
      const reply = await runner.run(beginScript, [keys.lock, keys.journal, keys.dead], args);
      if (reply === null) return 'lock lost';
      return listOf(reply).map((attempt) => (attempt === 0 ? 'given up' : Number(attempt)));
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

function readEntry(line: string): JournalEntry {
  const [, attempt, countedEpoch, arrivedEpoch, arrivedIndex, json] =
    /^(\d+|ended) (\d+) (\d+) (\d+) (.*)$/s.exec(line) ?? [];
  if (json === undefined) throw new Error(`the journal holds a line of another form: ${line.slice(0, 40)}`);
  return {
    attempt: attempt === 'ended' ? attempt : Number(attempt),
    countedEpoch: Number(countedEpoch),
    arrivedEpoch: Number(arrivedEpoch),
    arrivedIndex: Number(arrivedIndex),
    update: JSON.parse(json) as Update,
  };
}

function byArrival(a: JournalEntry, b: JournalEntry): number {
  return a.arrivedEpoch - b.arrivedEpoch || a.arrivedIndex - b.arrivedIndex;
}

function listOf(reply: ScriptReply | undefined): readonly ScriptReply[] {
  if (!Array.isArray(reply)) throw new Error('the journal script answered something that is not a list');
  return reply;
}
