/**
 * Streams: append-only lists of entries with growing ids.
 *
 * Ids hold up to 2^53 in each half (Redis: 2^64); larger ones are refused as invalid. `MAXLEN ~` trims in steps of 100
 * entries, as lazily as Redis's nodes of 100 do, so that no test comes to rely on an exact length.
 *
 * Tested by: test/lab/redis-rest/store-contract.test.ts
 */
import type { Bytes } from './bytes.ts';
import { RedisError } from './reply.ts';

export interface StreamId {
  readonly ms: number;
  readonly seq: number;
}

export interface StreamEntry {
  readonly id: StreamId;
  readonly fields: readonly Bytes[];
}

export const invalidStreamId = 'ERR Invalid stream ID specified as stream command argument';

const approximateStep = 100;

/** `<ms>-<seq>`; with `<ms>` alone the second half is `missingSeq`. Throws Redis's error. */
export function parseStreamId(text: Bytes, missingSeq: number): StreamId {
  const parts = /^([0-9]{1,20})(?:-([0-9]{1,20}))?$/.exec(text);
  const ms = Number(parts?.[1]);
  const seq = parts?.[2] === undefined ? missingSeq : Number(parts[2]);
  if (!Number.isSafeInteger(ms) || !(Number.isSafeInteger(seq) || seq === Number.POSITIVE_INFINITY)) {
    throw new RedisError(invalidStreamId);
  }
  return { ms, seq };
}

function compareStreamIds(left: StreamId, right: StreamId): number {
  return left.ms - right.ms || left.seq - right.seq;
}

export function formatStreamId(id: StreamId): Bytes {
  return `${id.ms}-${id.seq}`;
}

export class Stream {
  lastId: StreamId = { ms: 0, seq: 0 };
  private entries: StreamEntry[] = [];

  get length(): number {
    return this.entries.length;
  }

  /** The current value of `*`; it grows even if the clock steps back. */
  nextId(nowMs: number): StreamId {
    return nowMs > this.lastId.ms ? { ms: nowMs, seq: 0 } : { ms: this.lastId.ms, seq: this.lastId.seq + 1 };
  }

  append(id: StreamId, fields: readonly Bytes[]): void {
    if (compareStreamIds(id, this.lastId) <= 0) {
      throw new RedisError(
        'ERR The ID specified in XADD is equal or smaller than the target stream top item',
      );
    }
    this.entries.push({ id, fields });
    this.lastId = id;
  }

  /** Entries with ids from `start` to `end`, both included, the oldest first. */
  range(start: StreamId, end: StreamId): StreamEntry[] {
    return this.entries.filter(
      ({ id }) => compareStreamIds(id, start) >= 0 && compareStreamIds(id, end) <= 0,
    );
  }

  delete(ids: readonly StreamId[]): number {
    const before = this.entries.length;
    this.entries = this.entries.filter((entry) => !ids.some((id) => compareStreamIds(id, entry.id) === 0));
    return before - this.entries.length;
  }

  /** Drops the oldest entries beyond `maxLength` (`approximately`: keeps some more); returns how many. */
  trimToLength(maxLength: number, approximately: boolean): number {
    return this.dropOldest(Math.max(0, this.entries.length - maxLength), approximately);
  }

  trimBefore(minId: StreamId, approximately: boolean): number {
    const firstKept = this.entries.findIndex(({ id }) => compareStreamIds(id, minId) >= 0);
    return this.dropOldest(firstKept < 0 ? this.entries.length : firstKept, approximately);
  }

  private dropOldest(excess: number, approximately: boolean): number {
    const dropped = approximately ? excess - (excess % approximateStep) : excess;
    if (dropped > 0) this.entries = this.entries.slice(dropped);
    return dropped;
  }
}
