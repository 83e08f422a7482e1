/**
 * Puts items that come at about the same time into one request.
 *
 * Guarantees: a request carries at most `countMax` items and `sizeMax`, and no two with the same key; of one key one
 * item is under way at a time, and they go out in order. An item waits only while every request is under way: without
 * a backlog it leaves in the turn of the event loop in which it came.
 */
import { assert } from '../platform/assert.ts';
import type { Clock } from '../platform/clock.ts';

export interface MicroBatcherOptions<Item, Result> {
  readonly clock: Clock;
  readonly countMax: number;
  readonly sizeMax: number;
  readonly requestsMax: number;
  readonly sizeOf: (item: Item) => number;
  readonly keyOf: (item: Item) => string;
  /** A result for each item, in order. If it rejects, so does each item. */
  readonly request: (items: readonly Item[]) => Promise<readonly Result[]>;
}

interface Waiting<Item, Result> {
  readonly item: Item;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

export class MicroBatcher<Item, Result> {
  private readonly options: MicroBatcherOptions<Item, Result>;
  private waiting: Waiting<Item, Result>[] = [];
  private readonly keysUnderWay = new Set<string>();
  private requests = 0;
  private isScheduled = false;

  constructor(options: MicroBatcherOptions<Item, Result>) {
    this.options = options;
  }

  /** Resolves with the item's result, or rejects as its request did. */
  add(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.isScheduled) void this.startSoon();
    });
  }

  /** Everything that comes in this turn of the event loop goes together. */
  private async startSoon(): Promise<void> {
    this.isScheduled = true;
    await this.options.clock.sleep(0);
    this.isScheduled = false;
    this.start();
  }

  private start(): void {
    while (this.requests < this.options.requestsMax) {
      const batch = this.take();
      if (batch.length === 0) return;
      void this.run(batch);
    }
  }

  private take(): readonly Waiting<Item, Result>[] {
    const { countMax, sizeMax, sizeOf, keyOf } = this.options;
    const batch: Waiting<Item, Result>[] = [];
    const rest: Waiting<Item, Result>[] = [];
    const passed = new Set<string>();
    let size = 0;
    for (const one of this.waiting) {
      const key = keyOf(one.item);
      const fits = batch.length < countMax && (batch.length === 0 || size + sizeOf(one.item) <= sizeMax);
      if (!fits || passed.has(key) || !this.isFree(key)) {
        // What comes later under this key stays behind it.
        passed.add(key);
        rest.push(one);
        continue;
      }
      size += sizeOf(one.item);
      this.keysUnderWay.add(key);
      batch.push(one);
    }
    this.waiting = rest;
    return batch;
  }

  private isFree(key: string): boolean {
    return !this.keysUnderWay.has(key);
  }

  private async run(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    const { request, keyOf } = this.options;
    this.requests += 1;
    try {
      const results = await request(batch.map(({ item }) => item));
      assert(results.length === batch.length, 'a request answers each of its items');
      for (const [index, { resolve }] of batch.entries()) resolve(results[index] as Result);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    } finally {
      this.requests -= 1;
      for (const { item } of batch) this.keysUnderWay.delete(keyOf(item));
    }
    this.start();
  }
}
