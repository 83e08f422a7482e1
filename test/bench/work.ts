/**
 * What every contender's handler does with an update, and how it tells: one line when it begins, one when it ends,
 * written at once, so that a killed process leaves behind exactly what it had done.
 *
 * A message's text is an order: `<number> <milliseconds of work> [reply]`. Lines are `B|E <number> <time>`; the time
 * is the wall clock in milliseconds with fractions, which all processes of one machine share.
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Order {
  readonly number: number;
  readonly workMs: number;
  readonly reply: boolean;
}

export function orderText({ number, workMs, reply }: Order): string {
  return `${number} ${workMs}${reply ? ' reply' : ''}`;
}

export function readOrder(text: string): Order | undefined {
  const [, number, workMs, reply] = /^(\d+) (\d+)( reply)?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return { number: Number(number), workMs: Number(workMs), reply: reply !== undefined };
}

export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

export class Workplace {
  private readonly file: number;

  constructor(recordPath: string) {
    this.file = openSync(recordPath, 'a');
  }

  async work(text: string | undefined, reply: () => Promise<unknown>): Promise<void> {
    const order = readOrder(text ?? '');
    if (order === undefined) return;
    this.note('B', order.number);
    if (order.workMs > 0) await sleep(order.workMs);
    if (order.reply) await reply();
    this.note('E', order.number);
  }

  note(what: 'B' | 'E', number: number): void {
    writeSync(this.file, `${what} ${number} ${wallMs().toFixed(2)}\n`);
  }
}

/** The settings that every contender gets in its environment. */
export const settings = {
  token: process.env['BENCH_TOKEN'] ?? '',
  apiRoot: process.env['BENCH_API_ROOT'] ?? '',
  recordPath: process.env['BENCH_RECORD'] ?? '',
};
