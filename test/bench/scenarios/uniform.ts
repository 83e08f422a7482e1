/** 5,000 messages are pending at Telegram, 20 ms of work each: how fast does each contender handle them? */

import type { BenchFixture } from '../bench-fixture.ts';
import { bareLoop, bareLoopWithStore, type Contender, contenders } from '../contenders.ts';
import { countOf, median } from '../record.ts';
import { figure, type Table } from '../table.ts';

export const queuedCount = 5000;
const chats = 1000;
const workMs = 20;
/** A contender that is not done by then is rated by what it did so far. */
const patienceMs = 8000;

export interface Uniform {
  readonly contender: string;
  /**
   * From the first message's end to the last one's; the median of the rounds. How long a handler takes is no rate, and
   * the bare loop has none.
   */
  readonly updatesPerSecond: number;
  readonly rounds: readonly number[];
  readonly orderBreaks: number;
}

export async function measureUniform(
  fixture: BenchFixture,
  { rounds }: { rounds: number },
): Promise<readonly Uniform[]> {
  const all = [bareLoop, bareLoopWithStore, ...contenders];
  const results = new Map(all.map(({ name }) => [name, { rates: [] as number[], orderBreaks: 0 }]));
  for (let round = 0; round < rounds; round++) {
    for (const contender of all) {
      const { rate, orderBreaks } = await oneRound(fixture, contender);
      const result = results.get(contender.name);
      result?.rates.push(rate);
      if (result !== undefined) result.orderBreaks += orderBreaks;
    }
  }
  return [...results].map(([contender, { rates, orderBreaks }]) => ({
    contender,
    updatesPerSecond: median(rates),
    rounds: rates,
    orderBreaks,
  }));
}

async function oneRound(
  fixture: BenchFixture,
  contender: Contender,
): Promise<{ rate: number; orderBreaks: number }> {
  const run = await fixture.run();
  await run.send(
    Array.from({ length: queuedCount }, (_, index) => ({
      chatId: 1 + (index % chats),
      workMs,
      reply: false,
    })),
  );
  await contender.start(run);
  await run.until(() => run.record.lines.length > 0, 3 * patienceMs);
  await run.settled(patienceMs);
  const { record } = run;
  const endsMs = [...record.done.values()];
  const tookMs = (endsMs.at(-1) ?? Number.NaN) - (endsMs[0] ?? Number.NaN);
  const { orderBreaks } = countOf(
    run.sent.filter(({ number }) => record.done.has(number)),
    record,
  );
  await run.stop();
  return { rate: ((endsMs.length - 1) / tookMs) * 1000, orderBreaks };
}

export function uniformTable(results: readonly Uniform[]): Table {
  const loops = [bareLoop.name, bareLoopWithStore.name];
  const best = Math.max(...results.filter(({ contender }) => !loops.includes(contender)).map(rateOf));
  const limit = results.find(({ contender }) => contender === bareLoopWithStore.name)?.updatesPerSecond;
  const percentOf = (rate: number, whole = Number.NaN): string => `${figure((rate / whole) * 100)} %`;
  return {
    title: '5,000 queued, 20 ms handlers',
    head: ['', 'updates/s', 'of the fastest', 'of the loop + store', 'order breaks', 'each round'],
    rows: results.map(({ contender, updatesPerSecond, orderBreaks, rounds }) => [
      contender,
      figure(updatesPerSecond),
      percentOf(updatesPerSecond, best),
      percentOf(updatesPerSecond, limit),
      figure(orderBreaks),
      rounds.map((rate) => figure(rate)).join(' / '),
    ]),
  };
}

function rateOf({ updatesPerSecond }: Uniform): number {
  return updatesPerSecond;
}
