/** Reads the file in which the handlers record their work, while it grows, and counts lost, repeated and reordered messages. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

export interface Line {
  readonly what: 'B' | 'E';
  readonly number: number;
  readonly atMs: number;
}

export class RecordFile {
  readonly lines: Line[] = [];
  /** When each message was first done, in order of completion. */
  readonly done = new Map<number, number>();
  private readonly file: number;
  private position = 0;
  private rest = '';

  constructor(path: string) {
    this.file = openSync(path, 'a+');
  }

  /** Reads what was written since the last call. */
  read(): this {
    const size = fstatSync(this.file).size - this.position;
    if (size <= 0) return this;
    const buffer = Buffer.alloc(size);
    this.position += readSync(this.file, buffer, 0, size, this.position);
    const texts = (this.rest + buffer.toString('latin1')).split('\n');
    this.rest = texts.pop() ?? '';
    for (const text of texts) this.take(text);
    return this;
  }

  close(): void {
    closeSync(this.file);
  }

  private take(text: string): void {
    const [what, number, atMs] = text.split(' ');
    const line = { what: what as Line['what'], number: Number(number), atMs: Number(atMs) };
    this.lines.push(line);
    if (line.what === 'E' && !this.done.has(line.number)) this.done.set(line.number, line.atMs);
  }
}

export interface Sent {
  readonly number: number;
  readonly chatId: number;
  readonly atMs: number;
  readonly workMs: number;
}

export interface Count {
  readonly sent: number;
  readonly lost: number;
  /** How many times a message was done again. */
  readonly repeated: number;
  /** Messages done after a later message of the same chat. */
  readonly orderBreaks: number;
}

export function countOf(sent: readonly Sent[], record: RecordFile): Count {
  const ends = record.lines.filter(({ what }) => what === 'E').length;
  const place = new Map([...record.done.keys()].map((number, index) => [number, index]));
  const latestOfChat = new Map<number, number>();
  let lost = 0;
  let orderBreaks = 0;
  for (const { number, chatId } of sent) {
    const at = place.get(number);
    if (at === undefined) lost++;
    else if (at < (latestOfChat.get(chatId) ?? -1)) orderBreaks++;
    else latestOfChat.set(chatId, at);
  }
  return { sent: sent.length, lost, repeated: ends - record.done.size, orderBreaks };
}

/** The longest time within [fromMs, toMs] in which no message was done. */
export function longestGapMs(record: RecordFile, fromMs: number, toMs: number): number {
  const times = [...record.done.values()].filter((atMs) => atMs > fromMs && atMs < toMs);
  let last = fromMs;
  let longest = 0;
  for (const atMs of [...times.sort((a, b) => a - b), toMs]) {
    longest = Math.max(longest, atMs - last);
    last = atMs;
  }
  return longest;
}

/** @param share e.g. 0.5 for the median */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
