/**
 * The stored form of a journal entry, and how much of it one request or one answer carries.
 *
 * Format 1, which this version writes, is described in open-journal-3. It has no version in front, because the release
 * before this one reads it too. Every later format begins with `v` and its number.
 *
 * The store refuses more than 1 MB, on some plans, and counts what travels: JSON escapes in a request, base64 in an
 * answer.
 */
import type { DeadUpdate } from '../../../core/queue/queue-store.ts';
import type { JournalEntry, JournalSplit } from '../../../core/updates/journal.ts';
import type { Update } from '../../../core/updates/update.ts';

/** All these leave room for keys, ids and the lock's value. */
const requestLinesBytesMax = 800_000;
export const answerBytesMax = 900_000;
/** A bigger line is not written, so that every line fits into one answer. */
export const answerLineBytesMax = 880_000;
/** Of an update that is too big, a dead letter keeps the first characters. */
const noteLengthMax = 1000;
/** How much of an answer may be ids. */
export const answerIdsBytesMax = 400_000;

export type ReadLine = JournalEntry | 'newer' | 'unreadable';

export function writeLine(entry: JournalEntry): string {
  const { attempt, countedEpoch, triedBesideOthers, arrivedEpoch, arrivedIndex, update } = entry;
  const counted = `${triedBesideOthers ? '0' : ''}${countedEpoch}`;
  return `${attempt} ${counted} ${arrivedEpoch} ${arrivedIndex} ${JSON.stringify(update)}`;
}

/**
 * A dead letter of queue mode. `dead retry` makes a journal entry of it, whose place is the number of the retry: so the
 * queue does not take the update for one that it has had.
 */
export function deadLine({ attempts, epoch, retries, content }: DeadUpdate): string {
  const line = `${attempts} ${epoch} ${epoch} ${retries} ${content}`;
  if (requestBytes(line) <= requestLinesBytesMax && answerBytes(line) <= answerLineBytesMax) return line;
  return tooBigNote(content);
}

/** What a dead letter keeps of an update that the store cannot hold. */
export function tooBigNote(json: string): string {
  return `too big: ${json.length} characters, of which these are the first: ${json.slice(0, noteLengthMax)}`;
}

/** `unreadable`: no version of this program wrote it under this field. */
export function readLine(field: string, line: string): ReadLine {
  if (formatOf(line) > 1) return 'newer';
  const [, attempt, counted = '', arrivedEpoch, arrivedIndex, json = ''] =
    /^(\d+|ended) (\d+) (\d+) (\d+) (.*)$/s.exec(line) ?? [];
  const update = readUpdate(json);
  if (update === undefined || String(update.update_id) !== field) return 'unreadable';
  return {
    attempt: attempt === 'ended' ? attempt : Number(attempt),
    countedEpoch: Number(counted),
    ...(attempt !== 'ended' && /^0\d/.test(counted) && { triedBesideOthers: true }),
    arrivedEpoch: Number(arrivedEpoch),
    arrivedIndex: Number(arrivedIndex),
    update,
  };
}

export function formatOf(line: string): number {
  return Number(/^v(\d{1,9}) /.exec(line)?.[1] ?? 1);
}

/** Splits entries into pieces for one request each, in the same order. */
export function splitEntries(entries: readonly JournalEntry[]): JournalSplit {
  const tooBig: JournalEntry[] = [];
  const pieces: { entries: JournalEntry[]; lines: string[] }[] = [{ entries: [], lines: [] }];
  let bytes = 0;
  for (const entry of entries) {
    const line = writeLine(entry);
    const lineBytes = requestBytes(line);
    if (lineBytes > requestLinesBytesMax || answerBytes(line) > answerLineBytesMax) {
      tooBig.push(entry);
      continue;
    }
    bytes += lineBytes;
    if (bytes > requestLinesBytesMax) {
      pieces.push({ entries: [], lines: [] });
      bytes = lineBytes;
    }
    pieces.at(-1)?.entries.push(entry);
    pieces.at(-1)?.lines.push(line);
  }
  return { pieces, tooBig };
}

/** Exact only for long lines. Short ones are many, and their upper bound is cheap. */
function requestBytes(line: string): number {
  const atMost = 6 * line.length + idBytesMax;
  return atMost < exactFromBytes ? atMost : Buffer.byteLength(JSON.stringify(line)) + idBytesMax;
}

const idBytesMax = 30;
const exactFromBytes = 2000;

function answerBytes(line: string): number {
  return 4 * Math.ceil(Buffer.byteLength(line) / 3) + 3;
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
