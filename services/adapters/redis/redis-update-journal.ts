/** The journal of unfinished updates in Redis: a hash from update id to a line that the scripts can take apart. */

import type { StoreKeys } from '../../core/store-keys.ts';
import type { JournalEntry, Replay, UpdateJournal } from '../../core/update-pipeline/journal.ts';
import type { Update } from '../../core/update-pipeline/update.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from './lua-scripts.ts';

const replayScript = luaScript('replay-journal-3');
const writeScript = luaScript('write-journal-2');

export function redisUpdateJournal(runner: ScriptRunner, keys: StoreKeys): UpdateJournal {
  return {
    async replay({ value, epoch }, attemptsMax): Promise<Replay | 'lock lost'> {
      const args = [value, String(epoch), String(attemptsMax)];
      const reply = await runner.run(replayScript, [keys.lock, keys.journal, keys.dead], args);
      if (reply === null) return 'lock lost';
      const [givenUp, lines] = listOf(reply);
      const entries = listOf(lines).map((line) => readEntry(String(line)));
      return { givenUpIds: listOf(givenUp).map(Number), entries: entries.sort(byArrival) };
    },

    async write(value, { add, finishedIds }) {
      const pairs = add.flatMap((entry) => [String(entry.update.update_id), writeEntry(entry)]);
      const args = [value, String(finishedIds.length), ...finishedIds.map(String), ...pairs];
      return (await runner.run(writeScript, [keys.lock, keys.journal], args)) === 1 ? 'written' : 'lock lost';
    },
  };
}

/** The first attempt runs in the epoch of arrival, so that is when it was last raised. */
function writeEntry({ attempt, arrivedEpoch, arrivedIndex, update }: JournalEntry): string {
  return `${attempt} ${arrivedEpoch} ${arrivedEpoch} ${arrivedIndex} ${JSON.stringify(update)}`;
}

function readEntry(line: string): JournalEntry {
  const [, attempt, arrivedEpoch, arrivedIndex, json] = /^(\d+) \d+ (\d+) (\d+) (.*)$/s.exec(line) ?? [];
  if (json === undefined) throw new Error(`the journal holds a line of another form: ${line.slice(0, 40)}`);
  return {
    attempt: Number(attempt),
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
