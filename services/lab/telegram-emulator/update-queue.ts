/**
 * A bot's queue of unconfirmed updates.
 *
 * Guarantees: rules 3 to 6 and 16 to 18 of the semantics note, as td's `TQueue.cpp` implements them: confirmation is
 * cumulative and only by a positive offset; ids grow by one from a random first id; at most 100,000 updates and 128 MiB
 * wait; updates that waited too long are dropped.
 * Does not guarantee: that anything outlives the process.
 *
 * A given id is kept, so that tests can make gaps and let ids go down. An id lower than one already delivered begins a new
 * run, like a restarted queue of the real server. That run is served once the current one is confirmed, so that nothing of
 * either is lost. An id that is merely out of order is inserted at its place.
 */
import type { Random } from '../../core/platform/random.ts';
import { History } from './history.ts';
import { IdSequence, type QueuedUpdate } from './id-sequence.ts';

export const queueUpdatesMax = 100_000;
const queueBytesMax = 2 ** 27;
const updateBytesMax = 2 ** 19;
/** Ids stay below this; on reaching it, the sequence restarts with a random id. */
const idEnd = 2_000_000_000;
const firstIdMin = 2_000_001;
const firstIdEnd = 1_000_000_000;
/** An offset up to this far past the next id still counts as a confirmation of everything. */
const offsetSlack = 10;

export interface NewUpdate {
  readonly json: string;
  readonly lifetimeMs: number;
  /** Kept if given. */
  readonly id?: number;
}

export interface Fetched {
  readonly updates: readonly QueuedUpdate[];
  /** The offset that was used: the head's id for an offset of 0 or less. */
  readonly offset: number;
  readonly confirmedIds: readonly number[];
}

export class UpdateQueue {
  readonly confirmed = new History<number>(10_000);
  expiredCount = 0;
  /** Deleted by a negative offset or by dropping pending updates. */
  droppedCount = 0;
  /** Refused because the queue was full. */
  vanishedCount = 0;
  deliveredCount = 0;
  readonly #random: Random;
  /** The current run, then those that wait for its end. Empty before the first update. */
  readonly #sequences: IdSequence[] = [];
  #bytes = 0;
  #earliestExpiryMs = Number.POSITIVE_INFINITY;

  constructor(random: Random) {
    this.#random = random;
  }

  get nextId(): number | undefined {
    return this.#sequences.at(-1)?.nextId;
  }

  size(nowMs: number): number {
    this.#removeExpired(nowMs);
    return this.#size();
  }

  ids(nowMs: number, limit: number): number[] {
    this.#removeExpired(nowMs);
    return this.#sequences.flatMap((run) => run.from(0, limit).map(({ id }) => id)).slice(0, limit);
  }

  /** Returns the update's id, or undefined if the queue is full. */
  push({ json, lifetimeMs, id }: NewUpdate, nowMs: number): number | undefined {
    this.#removeExpired(nowMs);
    const sizeBytes = Buffer.byteLength(json);
    if (
      this.#size() >= queueUpdatesMax ||
      this.#bytes + sizeBytes > queueBytesMax ||
      sizeBytes > updateBytesMax
    ) {
      this.vanishedCount += 1;
      return undefined;
    }
    const run = this.#runFor(id);
    const update = { id: id ?? run.nextId, json, sizeBytes, expiresAtMs: nowMs + lifetimeMs };
    run.add(update);
    this.#bytes += sizeBytes;
    this.#earliestExpiryMs = Math.min(this.#earliestExpiryMs, update.expiresAtMs);
    return update.id;
  }

  /** What a getUpdates with this offset deletes and returns. */
  fetch({ offset, limit }: { offset: number; limit: number }, nowMs: number): Fetched {
    this.#removeExpired(nowMs);
    if (offset < 0) this.drop(-offset);
    const run = this.#sequences[0];
    if (run === undefined) return { updates: [], offset: Math.max(0, offset), confirmedIds: [] };
    const from = offset <= 0 ? run.headId : offset;
    if (!inRange(run, from)) return { updates: this.#deliver(run, 0, limit), offset: from, confirmedIds: [] };

    const taken = run.takeBelow(from);
    this.#forget(taken);
    const confirmedIds = taken.map(({ id }) => id);
    for (const id of confirmedIds) this.confirmed.add(id);
    this.#leaveEmptyRuns();
    const next = this.#sequences[0] ?? run;
    if (next !== run) return { updates: this.#deliver(next, 0, limit), offset: from, confirmedIds };
    return { updates: this.#deliver(run, from, limit), offset: from, confirmedIds };
  }

  /** Deletes all but the newest `keep` for good. */
  drop(keep: number): number {
    let left = keep;
    let dropped = 0;
    for (const run of this.#sequences.toReversed()) {
      const taken = run.takeOlderThanNewest(left);
      left = Math.max(0, left - run.size);
      dropped += taken.length;
      this.#forget(taken);
    }
    this.droppedCount += dropped;
    this.#leaveEmptyRuns();
    return dropped;
  }

  #deliver(run: IdSequence, fromId: number, limit: number): QueuedUpdate[] {
    const updates = run.from(fromId, limit);
    this.deliveredCount += updates.length;
    run.deliveredMax = Math.max(run.deliveredMax, updates.at(-1)?.id ?? 0);
    return updates;
  }

  /** The run to which an update with this id, or without one, belongs. */
  #runFor(id: number | undefined): IdSequence {
    const last = this.#sequences.at(-1);
    if (last === undefined) return this.#begin(id ?? this.#randomId());
    if (id === undefined) return last.nextId + 1 < idEnd ? last : this.#beginAfterEnd();
    if (id >= last.nextId) return last;
    if (last.size === 0) {
      last.nextId = id;
      last.deliveredMax = 0;
      return last;
    }
    return id > last.deliveredMax && !last.has(id) ? last : this.#begin(id);
  }

  #begin(firstId: number): IdSequence {
    const run = new IdSequence(firstId);
    this.#sequences.push(run);
    return run;
  }

  /** The ids are used up: like the real queue, drop the rest and start over. */
  #beginAfterEnd(): IdSequence {
    this.drop(0);
    this.#sequences.length = 0;
    return this.#begin(this.#randomId());
  }

  #randomId(): number {
    return firstIdMin + Math.floor(this.#random.unit() * (firstIdEnd - firstIdMin));
  }

  /** Moves to the next run once the current one is confirmed. */
  #leaveEmptyRuns(): void {
    while (this.#sequences.length > 1 && this.#sequences[0]?.size === 0) this.#sequences.shift();
  }

  #removeExpired(nowMs: number): void {
    if (nowMs <= this.#earliestExpiryMs) return;
    for (const run of this.#sequences) {
      const expired = run.takeExpired(nowMs);
      this.expiredCount += expired.length;
      this.#forget(expired);
    }
    const left = this.#sequences.flatMap((run) => run.all());
    this.#earliestExpiryMs = left.reduce((min, update) => Math.min(min, update.expiresAtMs), Infinity);
    this.#leaveEmptyRuns();
  }

  #forget(updates: readonly QueuedUpdate[]): void {
    for (const { sizeBytes } of updates) this.#bytes -= sizeBytes;
  }

  #size(): number {
    return this.#sequences.reduce((sum, run) => sum + run.size, 0);
  }
}

/** Far below the head is out of range on the real server too, with the same effect: nothing is deleted. */
function inRange(run: IdSequence, offset: number): boolean {
  return offset < idEnd && offset <= run.nextId + offsetSlack;
}
