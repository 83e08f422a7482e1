/** The journal of unfinished updates in Redis: a hash from update id to a line that the scripts can parse. */

import { neverPolledNote } from '../../../core/platform/audit-trail.ts';
import type { StoreKeys } from '../../../core/platform/store-keys.ts';
import type {
  JournalEntry,
  JournalIds,
  JournalPiece,
  JournalReading,
  UpdateJournal,
} from '../../../core/updates/journal.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import {
  answerBytesMax,
  answerIdsBytesMax,
  answerLineBytesMax,
  readLine,
  splitEntries,
  tooBigNote,
} from './journal-line.ts';

const openScript = luaScript('journal/open-journal-3');
const listScript = luaScript('journal/list-entries-2');
const readScript = luaScript('journal/read-entries-2');
const putAsideScript = luaScript('journal/put-aside-3');
const refuseScript = luaScript('journal/refuse-update-2');
const beginScript = luaScript('journal/begin-attempts-3');
const writeScript = luaScript('journal/write-journal-3');

/** A write of more characters than this may take longer than the lease's requests. */
const bulkFromLength = 100_000;

/** @param bulk runs what carries much, with a time-out of its own; by default as the rest */
export function redisUpdateJournal(
  runner: ScriptRunner,
  { lock, journal, dead, audit }: StoreKeys,
  bulk = runner,
): UpdateJournal {
  return {
    async open(value) {
      const limits = [answerIdsBytesMax, answerBytesMax, answerLineBytesMax].map(String);
      const reply = await bulk.run(openScript, [lock, journal, audit], [value, neverPolledNote, ...limits]);
      if (reply === null) return 'lock lost';
      const [endedCleanly, ids, more, lines] = readList(reply);
      const listed = readIds(ids, more);
      return { ...listed, endedCleanly: endedCleanly === 1, reading: readLines(listed.ids, readList(lines)) };
    },

    async list(value, after) {
      const reply = await bulk.run(listScript, [lock, journal], [value, after, String(answerIdsBytesMax)]);
      if (reply === null) return 'lock lost';
      const [ids, more] = readList(reply);
      return readIds(ids, more);
    },

    async read(value, ids) {
      const args = [value, String(answerBytesMax), String(answerLineBytesMax), ...ids];
      const reply = await bulk.run(readScript, [lock, journal], args);
      return reply === null ? 'lock lost' : readLines(ids, readList(reply));
    },

    async putAside(value, ids) {
      const reply = await runner.run(putAsideScript, [lock, journal, dead], [value, ...ids]);
      return reply === null ? 'lock lost' : 'moved';
    },

    async refuse(value, update) {
      const note = tooBigNote(JSON.stringify(update));
      const reply = await runner.run(refuseScript, [lock, dead], [value, String(update.update_id), note]);
      return reply === null ? 'lock lost' : 'refused';
    },

    async beginAttempts({ value, epoch }, attempts, { attemptsMax, finishedIds, tombstoneIds }) {
      const counts = [epoch, attemptsMax, finishedIds.length, tombstoneIds.length];
      const pairs = attempts.flatMap(({ updateId, mode }) => [String(updateId), mode]);
      const args = [value, ...[...counts, ...finishedIds, ...tombstoneIds].map(String), ...pairs];
      const reply = await runner.run(beginScript, [lock, journal, dead], args);
      if (reply === null) return 'lock lost';
      return readList(reply).map((attempt) => (attempt === 0 ? 'dead letter' : Number(attempt)));
    },

    split: splitEntries,

    async write(value, { add, finishedIds }) {
      const args = [value, String(finishedIds.length), ...finishedIds.map(String), ...fieldsAndLines(add)];
      const reply = await (isLong(add) ? bulk : runner).run(writeScript, [lock, journal, dead], args);
      return reply === 1 ? 'written' : 'lock lost';
    },
  };
}

function fieldsAndLines({ entries, lines }: JournalPiece): readonly string[] {
  return entries.flatMap(({ update }, index) => [String(update.update_id), lines[index] ?? '']);
}

function isLong({ lines }: JournalPiece): boolean {
  return lines.reduce((length, line) => length + line.length, 0) > bulkFromLength;
}

function readIds(ids: ScriptReply | undefined, more: ScriptReply | undefined): JournalIds {
  const read = readList(ids).map(String);
  return { ids: read, next: more === 1 ? read.at(-1) : undefined };
}

function readLines(ids: readonly string[], lines: readonly ScriptReply[]): JournalReading {
  const entries: JournalEntry[] = [];
  const unreadable: string[] = [];
  const newer: string[] = [];
  for (const [index, line] of lines.entries()) {
    const id = ids[index];
    // A line that is gone was removed since its id was listed. One that is a number is too big.
    if (id === undefined || line === null) continue;
    const read = typeof line === 'string' ? readLine(id, line) : 'unreadable';
    if (read === 'newer') newer.push(id);
    else if (read === 'unreadable') unreadable.push(id);
    else entries.push(read);
  }
  return { entries, unreadable, newer, answered: lines.length };
}

function readList(reply: ScriptReply | undefined): readonly ScriptReply[] {
  if (!Array.isArray(reply)) throw new Error('the journal script answered something that is not a list');
  return reply;
}
