/**
 * Which dead letters are unreported. They are compared by id, so that a new one is reported even if another was put
 * back or cleared in the meantime.
 *
 * The reported ones are stored as a key: `=<id>,<id>,…`, or only their number if there are too many to list; then only
 * a growing number shows new ones. A key in any other form was written by another program and reports none.
 * An update that is put back and given up again is reported again if a run of the monitor saw it gone in between;
 * giving it up takes three attempts and as many leaders.
 */
import { cutText } from '../platform/foreign-text.ts';

/** The dead letters at one moment. */
export interface DeadLettersSeen {
  readonly count: number;
  /** Unordered; undefined if there are more than `deadLetterIdsMax`. */
  readonly ids: readonly string[] | undefined;
}

export const noDeadLetters: DeadLettersSeen = { count: 0, ids: [] };

/** More than these are only counted, so that the stored key stays small. */
export const deadLetterIdsMax = 500;
/** An update id has ten digits; a foreign value may be longer. */
const idLengthMax = 32;

interface Unreported {
  readonly count: number;
  /** The reported key without what is gone or foreign. */
  readonly keptKey: string;
}

/** The key that reports all of these; empty for none. */
export function reportedKey({ count, ids }: DeadLettersSeen): string {
  if (ids === undefined) return String(count);
  return ids.length === 0 ? '' : `=${ids.map(storedId).sort().join(',')}`;
}

export function unreported(seen: DeadLettersSeen, knownKey: string): Unreported {
  if (/^\d{1,15}$/.test(knownKey)) {
    const count = Math.max(0, seen.count - Number(knownKey));
    return { count, keptKey: count === 0 ? reportedKey(seen) : knownKey };
  }
  const known = new Set(knownKey.startsWith('=') ? knownKey.slice(1).split(',') : []);
  if (seen.ids === undefined) return { count: Math.max(1, seen.count - known.size), keptKey: knownKey };
  const kept = seen.ids.filter((id) => known.has(storedId(id)));
  return { count: seen.count - kept.length, keptKey: reportedKey({ count: kept.length, ids: kept }) };
}

function storedId(id: string): string {
  return cutText(id, idLengthMax).replaceAll(',', '_');
}
