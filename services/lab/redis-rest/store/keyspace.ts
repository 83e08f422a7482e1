/**
 * The keys, their values and their expiry times.
 *
 * Time stands still while a command, a script or a transaction runs (`nowMs` is set once at its start), as in Redis. A key
 * that expires at `t` still exists at `t` and is gone at `t + 1`, as in Redis. Expired keys are removed on the next access,
 * and by an occasional sweep, so that unused keys do not pile up.
 *
 * Tested by: test/lab/redis-rest/embedded-store.test.ts
 */
import type { Bytes } from './bytes.ts';
import { RedisError, wrongType } from './reply.ts';
import type { Stream } from './streams.ts';

export interface StringValue {
  readonly type: 'string';
  text: Bytes;
}
export interface HashValue {
  readonly type: 'hash';
  readonly fields: Map<Bytes, Bytes>;
}
export interface ListValue {
  readonly type: 'list';
  items: Bytes[];
}
export interface StreamValue {
  readonly type: 'stream';
  readonly stream: Stream;
}
export type Value = StringValue | HashValue | ListValue | StreamValue;

interface Entry {
  value: Value;
  /** `Infinity` if the key does not expire. */
  expiresAtMs: number;
  /** Grows with each new key and stays when a key is overwritten: the cursor of SCAN. */
  readonly serial: number;
}

const commandsBetweenSweeps = 20_000;

export class Keyspace {
  /** The time of the command being run. */
  nowMs = 0;
  private entries = new Map<Bytes, Entry>();
  private nextSerial = 1;
  private untilSweep = commandsBetweenSweeps;

  /** Begins a command: sets its time, and sweeps if that is due. */
  begin(nowMs: number): void {
    this.nowMs = nowMs;
    this.untilSweep -= 1;
    if (this.untilSweep > 0) return;
    this.untilSweep = commandsBetweenSweeps;
    this.sweep();
  }

  get(key: Bytes): Value | undefined {
    return this.live(key)?.value;
  }

  /** The string under `key`; undefined if there is none. Throws WRONGTYPE. */
  getString(key: Bytes): StringValue | undefined {
    const value = this.live(key)?.value;
    if (value !== undefined && value.type !== 'string') throw new RedisError(wrongType);
    return value;
  }

  getHash(key: Bytes): HashValue | undefined {
    const value = this.live(key)?.value;
    if (value !== undefined && value.type !== 'hash') throw new RedisError(wrongType);
    return value;
  }

  getList(key: Bytes): ListValue | undefined {
    const value = this.live(key)?.value;
    if (value !== undefined && value.type !== 'list') throw new RedisError(wrongType);
    return value;
  }

  getStream(key: Bytes): StreamValue | undefined {
    const value = this.live(key)?.value;
    if (value !== undefined && value.type !== 'stream') throw new RedisError(wrongType);
    return value;
  }

  /** Sets the value and the expiry (`Infinity`: none), whatever was there. */
  set(key: Bytes, value: Value, expiresAtMs = Number.POSITIVE_INFINITY): void {
    const entry = this.live(key);
    if (entry === undefined) {
      this.entries.set(key, { value, expiresAtMs, serial: this.nextSerial });
      this.nextSerial += 1;
      return;
    }
    entry.value = value;
    entry.expiresAtMs = expiresAtMs;
  }

  delete(key: Bytes): boolean {
    return this.live(key) !== undefined && this.entries.delete(key);
  }

  /** When `key` expires: `Infinity` for never, undefined for no such key. */
  expiryMs(key: Bytes): number | undefined {
    return this.live(key)?.expiresAtMs;
  }

  /** Does nothing if there is no such key. */
  setExpiryMs(key: Bytes, expiresAtMs: number): void {
    const entry = this.live(key);
    if (entry !== undefined) entry.expiresAtMs = expiresAtMs;
  }

  get size(): number {
    this.sweep();
    return this.entries.size;
  }

  keys(): Bytes[] {
    this.sweep();
    return [...this.entries.keys()];
  }

  /**
   * Up to `count` keys from `cursor` on, and the cursor to go on with (0: none are left). A key that is there from
   * the first call to the last is handed out exactly once.
   */
  scan(cursor: number, count: number): { keys: Bytes[]; next: number } {
    this.sweep();
    const keys: Bytes[] = [];
    for (const [key, entry] of this.entries) {
      if (entry.serial < cursor) continue;
      if (keys.length === count) return { keys, next: entry.serial };
      keys.push(key);
    }
    return { keys, next: 0 };
  }

  clear(): void {
    this.entries = new Map();
  }

  private live(key: Bytes): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAtMs >= this.nowMs) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private sweep(): void {
    for (const [key, entry] of this.entries) {
      if (entry.expiresAtMs < this.nowMs) this.entries.delete(key);
    }
  }
}
