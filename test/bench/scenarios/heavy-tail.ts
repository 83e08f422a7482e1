/**
 * 300 messages a second. One in a hundred takes 2 s, the others 20 ms: how long from sent to done for those others?
 *
 * A message behind a slow one of its own chat must wait to keep the order, so "the others" are messages without a slow
 * one of their chat shortly before them.
 */
import { Prng } from '../../simulator/prng.ts';
import type { BenchFixture, Message } from '../bench-fixture.ts';
import { type Contender, contenders } from '../contenders.ts';
import { sendSteadily } from '../load.ts';
import { countOf, median, quantile, type RecordFile, type Sent } from '../record.ts';
import { figure, type Table } from '../table.ts';
import { wallMs } from '../work.ts';

const perSecond = 300;
const durationMs = 6000;
const chats = 1000;
const fastMs = 20;
const slowMs = 2000;
const slowShare = 0.01;
/** By then the slow ones have ended, unless something holds them up. */
const patienceMs = 3000;
const shortlyBeforeMs = 2 * slowMs;
const seed = 20;

export interface HeavyTail {
  readonly contender: string;
  /** Medians of the rounds; lower bounds where many messages were not done at the end of a round. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly rounds: readonly number[];
  /** Percentage not done at the end of a round. */
  readonly undonePercent: number;
  readonly orderBreaks: number;
}

interface Round {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly undone: number;
  readonly sent: number;
  readonly orderBreaks: number;
}

export async function measureHeavyTail(
  fixture: BenchFixture,
  { rounds }: { rounds: number },
): Promise<readonly HeavyTail[]> {
  const results = new Map<string, Round[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const contender of contenders)
      results.get(contender.name)?.push(await oneRound(fixture, contender, round));
  return [...results].map(([contender, all]) => ({
    contender,
    p50Ms: median(all.map(({ p50Ms }) => p50Ms)),
    p99Ms: median(all.map(({ p99Ms }) => p99Ms)),
    rounds: all.map(({ p99Ms }) => p99Ms),
    undonePercent: (100 * sum(all, 'undone')) / sum(all, 'sent'),
    orderBreaks: sum(all, 'orderBreaks'),
  }));
}

function sum(rounds: readonly Round[], what: 'undone' | 'sent' | 'orderBreaks'): number {
  return rounds.reduce((total, round) => total + round[what], 0);
}

async function oneRound(fixture: BenchFixture, contender: Contender, round: number): Promise<Round> {
  const run = await fixture.run();
  await contender.start(run);
  await run.warmUp();
  const first = run.sent.length;
  const chance = new Prng(seed + round);
  const message = (): Message => ({
    chatId: chance.integer(1, chats),
    workMs: chance.happens(slowShare) ? slowMs : fastMs,
    reply: false,
  });
  await sendSteadily(run, { perSecond, durationMs, message });
  await run.settled(patienceMs);
  const endMs = wallMs();
  await run.stop();
  const { record } = run;
  const sent = run.sent.slice(first);
  const times = othersOf(sent).map(({ number, atMs }) => (record.done.get(number) ?? endMs) - atMs);
  return {
    p50Ms: quantile(times, 0.5),
    p99Ms: quantile(times, 0.99),
    undone: undoneOf(sent, record),
    sent: sent.length,
    orderBreaks: countOf(sent, record).orderBreaks,
  };
}

function othersOf(sent: readonly Sent[]): readonly Sent[] {
  const lastSlowMs = new Map<number, number>();
  return sent.filter(({ chatId, atMs, workMs }) => {
    const isBehind = atMs - (lastSlowMs.get(chatId) ?? Number.NEGATIVE_INFINITY) < shortlyBeforeMs;
    if (workMs === slowMs) lastSlowMs.set(chatId, atMs);
    return workMs === fastMs && !isBehind;
  });
}

function undoneOf(sent: readonly Sent[], record: RecordFile): number {
  return sent.filter(({ number }) => !record.done.has(number)).length;
}

export function heavyTailTable(results: readonly HeavyTail[]): Table {
  return {
    title: '300/s, 1 % of handlers take 2 s: the others',
    head: ['', 'p50 ms', 'p99 ms', 'order breaks', 'not done at the end', 'p99 of each round'],
    rows: results.map(({ contender, p50Ms, p99Ms, orderBreaks, undonePercent, rounds }) => [
      contender,
      figure(p50Ms),
      `${undonePercent > 1 ? '> ' : ''}${figure(p99Ms)}`,
      figure(orderBreaks),
      `${figure(undonePercent, undonePercent > 0 && undonePercent < 10 ? 1 : 0)} %`,
      rounds.map((p99) => figure(p99)).join(' / '),
    ]),
  };
}
