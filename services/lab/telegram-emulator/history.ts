/**
 * The last entries of a kind, and their total number: memory stays bounded however long the lab runs.
 *
 * Tested by: test/lab/telegram-emulator/get-updates.test.ts
 */
export class History<T> {
  total = 0;
  readonly #keep: number;
  #items: T[] = [];

  constructor(keep: number) {
    this.#keep = keep;
  }

  add(item: T): void {
    this.total += 1;
    this.#items.push(item);
    // Cutting at twice the length makes one addition cheap on average.
    if (this.#items.length > this.#keep * 2) this.#items = this.last();
  }

  /** Oldest first. */
  last(count = this.#keep): T[] {
    return count <= 0 ? [] : this.#items.slice(-Math.min(count, this.#keep));
  }
}
