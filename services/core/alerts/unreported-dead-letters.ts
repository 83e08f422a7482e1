/**
 * Which dead updates nobody was told of: by their ids, so that one that dies is told also where another was put back
 * or cleared meanwhile.
 *
 * What was told is remembered as a text: `=<id>,<id>,…`, or, where there are too many to name, their number alone;
 * then only what is more than that is known to be new. A text of another form, which somebody wrote, tells of none.
 * An update that is put back and dies again is told again if a run of the monitor found it gone in between; that takes
 * it three attempts and as many leaders.
 */

/** The dead updates of one moment. */
export interface DeadLettersSeen {
  readonly count: number;
  /** In no order; undefined where there are more than `deadIdsMax`. */
  readonly ids: readonly string[] | undefined;
}

export const noDeadLetters: DeadLettersSeen = { count: 0, ids: [] };

/** More are counted only, so that the memory stays small. */
export const deadLetterIdsMax = 500;
/** An update's id has ten digits; anybody may have written another. */
const idLengthMax = 32;

interface Unreported {
  readonly count: number;
  /** What remains told of what was: it is there no more, or somebody wrote it. */
  readonly keptKey: string;
}

/** How all of these are remembered as told; empty for none. */
export function reportedKey({ count, ids }: DeadLettersSeen): string {
  if (ids === undefined) return String(count);
  return ids.length === 0 ? '' : `=${ids.map(storedId).sort().join(',')}`;
}

export function unreported(seen: DeadLettersSeen, toldKey: string): Unreported {
  if (/^\d{1,15}$/.test(toldKey)) {
    const count = Math.max(0, seen.count - Number(toldKey));
    return { count, keptKey: count === 0 ? reportedKey(seen) : toldKey };
  }
  const told = new Set(toldKey.startsWith('=') ? toldKey.slice(1).split(',') : []);
  if (seen.ids === undefined) return { count: Math.max(1, seen.count - told.size), keptKey: toldKey };
  const kept = seen.ids.filter((id) => told.has(storedId(id)));
  return { count: seen.count - kept.length, keptKey: reportedKey({ count: kept.length, ids: kept }) };
}

function storedId(id: string): string {
  return id.slice(0, idLengthMax).replaceAll(',', '_');
}
