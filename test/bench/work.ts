/**
 * The work of every contender's handler, and its record: one line when it begins and one when it ends, written at once,
 * so a killed process leaves behind exactly what it did.
 *
 * A message's text is an order: `<number> <milliseconds of work> [reply] [burn | block]`. Lines are `B|E <number> <time>`.
 * The time is the wall clock in milliseconds with fractions, which all processes of a machine share.
 */
import { openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Order {
  readonly number: number;
  readonly workMs: number;
  readonly reply: boolean;
  /** `burn`: so much CPU time. `block`: nothing else runs in the process for so long. By default it waits. */
  readonly how?: 'burn' | 'block' | undefined;
}

export function orderText({ number, workMs, reply, how }: Order): string {
  return `${number} ${workMs}${reply ? ' reply' : ''}${how === undefined ? '' : ` ${how}`}`;
}

export function readOrder(text: string): Order | undefined {
  const [, number, workMs, reply, how] = /^(\d+) (\d+)( reply)?(?: (burn|block))?$/.exec(text) ?? [];
  if (number === undefined) return undefined;
  return {
    number: Number(number),
    workMs: Number(workMs),
    reply: reply !== undefined,
    how: how as Order['how'],
  };
}

export function wallMs(): number {
  return performance.timeOrigin + performance.now();
}

export class WorkRecorder {
  private readonly file: number;

  constructor(recordPath: string) {
    this.file = openSync(recordPath, 'a');
  }

  async work(text: string | undefined, reply: () => Promise<unknown>): Promise<void> {
    const order = readOrder(text ?? '');
    if (order === undefined) return;
    this.record('B', order.number);
    if (order.how !== undefined) compute(order.workMs, order.how === 'burn' ? cpuMs : wallMs);
    else if (order.workMs > 0) await sleep(order.workMs);
    if (order.reply) await reply();
    this.record('E', order.number);
  }

  record(what: 'B' | 'E', number: number): void {
    writeSync(this.file, `${what} ${number} ${wallMs().toFixed(2)}\n`);
  }
}

function compute(ms: number, nowMs: () => number): void {
  const endMs = nowMs() + ms;
  while (nowMs() < endMs);
}

/** Stands still while other processes have the processor. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Every contender's settings, from its environment. */
export const settings = {
  token: process.env['BENCH_TOKEN'] ?? '',
  apiRoot: process.env['BENCH_API_ROOT'] ?? '',
  recordPath: process.env['BENCH_RECORD'] ?? '',
  store: {
    url: process.env['UPSTASH_REDIS_REST_URL'] ?? '',
    token: process.env['UPSTASH_REDIS_REST_TOKEN'] ?? '',
  },
};
