/**
 * A run of updates ordered by id, from the first unconfirmed update to the next id.
 *
 * Within one run ids only grow. Removing at the front and appending are cheap; only a given id that belongs further back is
 * inserted.
 *
 * Tested by: test/lab/telegram-emulator/update-queue.test.ts
 */
export interface QueuedUpdate {
  readonly id: number;
  /** The update's JSON without braces and `update_id`. */
  readonly json: string;
  readonly sizeBytes: number;
  readonly expiresAtMs: number;
}

export class IdSequence {
  /** The id that the next update gets. */
  nextId: number;
  /** The highest id that a poll was answered with. */
  deliveredMax = 0;
  #updates: QueuedUpdate[] = [];
  #head = 0;

  constructor(firstId: number) {
    this.nextId = firstId;
  }

  get size(): number {
    return this.#updates.length - this.#head;
  }

  /** The first unconfirmed id, or the next one if none waits. */
  get headId(): number {
    return this.#updates[this.#head]?.id ?? this.nextId;
  }

  has(id: number): boolean {
    return this.#updates[this.#indexOf(id)]?.id === id;
  }

  add(update: QueuedUpdate): void {
    if (update.id >= this.nextId) {
      this.#updates.push(update);
      this.nextId = update.id + 1;
    } else {
      this.#updates.splice(this.#indexOf(update.id), 0, update);
    }
  }

  /** Up to `limit` updates with an id of at least `fromId`, ascending. */
  from(fromId: number, limit: number): QueuedUpdate[] {
    const start = this.#indexOf(fromId);
    return this.#updates.slice(start, start + limit);
  }

  all(): QueuedUpdate[] {
    return this.#updates.slice(this.#head);
  }

  takeBelow(id: number): QueuedUpdate[] {
    return this.#takeUntil(this.#indexOf(id));
  }

  /** Removes and returns all but the newest `count`. */
  takeOlderThanNewest(count: number): QueuedUpdate[] {
    return this.#takeUntil(Math.max(this.#head, this.#updates.length - count));
  }

  takeExpired(nowMs: number): QueuedUpdate[] {
    const expired = this.all().filter((update) => update.expiresAtMs < nowMs);
    if (expired.length > 0) {
      this.#updates = this.all().filter((update) => update.expiresAtMs >= nowMs);
      this.#head = 0;
    }
    return expired;
  }

  #takeUntil(index: number): QueuedUpdate[] {
    const taken = this.#updates.slice(this.#head, index);
    this.#head = index;
    // Cutting the front only once it outweighs the rest keeps removal cheap on average.
    if (this.#head * 2 >= this.#updates.length) {
      this.#updates = this.#updates.slice(this.#head);
      this.#head = 0;
    }
    return taken;
  }

  /** The index of `id`, or where it would be inserted. */
  #indexOf(id: number): number {
    let low = this.#head;
    let high = this.#updates.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#updates[middle]?.id ?? Number.POSITIVE_INFINITY) < id) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
