/**
 * A module for `BOT_HANDLERS` that does what each message asks and records it line by line, unbuffered: a killed process
 * leaves a record of exactly what it did.
 *
 * A message's text is `<number> <what> [milliseconds]`:
 *
 *     fast          ends at once                       reply         sends an answer
 *     slow N        works N ms                         throw         fails
 *     held          ends when the test allows it       held-once     held at its first attempt, later ends at once
 *     kill N        kills its process after N ms       exit N        exits after N ms      crash N  throws out of a timer
 *     kill-unfixed  kills its process until the test fixes it
 *
 * The lines are `begin|end <number> <chat> <attempt> <pid>`.
 */
import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Composer, type Context } from 'telegraf';

const folder = process.env.DELIVERY_FOLDER ?? '';
const gateCheckMs = 20;

export const recordFile = 'record';
export const gateFile = (number: number): string => `gate-${number}`;

type Action = (ctx: Context, order: { number: number; amountMs: number }) => Promise<unknown>;

const actions: Readonly<Record<string, Action>> = {
  fast: async () => {},
  slow: async (_ctx, { amountMs }) => sleep(amountMs),
  reply: async (ctx, { number }) => ctx.reply(`done ${number}`),
  // Not even JSON can represent this error.
  throw: async (ctx) => {
    throw Object.assign(new Error('this handler fails on purpose'), { code: ctx });
  },
  held: async (_ctx, { number }) => held(number),
  'held-once': async (ctx, { number }) => (ctx.state['attempt'] === 1 ? held(number) : undefined),
  kill: async (_ctx, { amountMs }) => {
    if (amountMs > 0) await sleep(amountMs);
    process.kill(process.pid, 'SIGKILL');
    await sleep(60_000);
  },
  'kill-unfixed': async (_ctx, { number }) => {
    if (existsSync(join(folder, gateFile(number)))) return;
    process.kill(process.pid, 'SIGKILL');
    await sleep(60_000);
  },
  exit: async (_ctx, { amountMs }) => {
    if (amountMs > 0) await sleep(amountMs);
    process.exit(13);
  },
  crash: async (_ctx, { amountMs }) => {
    setTimeout(() => {
      throw new Error('this timer fails on purpose');
    }, amountMs);
    await sleep(60_000);
  },
};

async function held(number: number): Promise<void> {
  while (!existsSync(join(folder, gateFile(number)))) await sleep(gateCheckMs);
}

export default Composer.on('message', async (ctx) => {
  const [, number, what, amount] = /^(\d+) ([a-z-]+) ?(\d*)$/.exec(ctx.text ?? '') ?? [];
  const deed = actions[what ?? ''];
  if (deed === undefined) return;
  const note = (event: 'begin' | 'end'): void =>
    appendFileSync(
      join(folder, recordFile),
      `${event} ${number} ${ctx.chat.id} ${ctx.state['attempt']} ${process.pid}\n`,
    );
  note('begin');
  try {
    await deed(ctx, { number: Number(number), amountMs: Number(amount) });
  } finally {
    note('end');
  }
});
