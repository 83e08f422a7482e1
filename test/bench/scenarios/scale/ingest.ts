/**
 * A backlog at Telegram: how fast does the process that polls confirm it, and for how much CPU time? Inline with handlers
 * that do nothing, and in queue mode without a consumer, so that neither waits for handlers.
 */
import type { BenchFixture } from '../../bench-fixture.ts';
import { median } from '../../record.ts';
import { figure, type Table } from '../../table.ts';
import { confirmRate } from './backlog.ts';
import { ScaledBot } from './scaled-bot.ts';

const queuedCount = 5000;

export interface ScaleIngest {
  readonly contender: 'inline' | 'queue';
  /** Confirmed to Telegram; the median of the rounds. */
  readonly updatesPerSecond: number;
  readonly rounds: readonly number[];
  /** Of the process that polls, for each update; the median of the rounds. */
  readonly pollerCpuMs: number;
}

interface Round {
  readonly perSecond: number;
  readonly cpuMs: number;
}

export async function measureScaleIngest(
  fixture: BenchFixture,
  { rounds }: { rounds: number },
): Promise<readonly ScaleIngest[]> {
  const bots = [
    { contender: 'inline', bot: await ScaledBot.start(await fixture.run(), { mode: 'inline' }) },
    { contender: 'queue', bot: await ScaledBot.start(await fixture.run(), { mode: 0 }) },
  ] as const;
  const all = bots.map((one) => ({ ...one, measured: [] as Round[] }));
  // The first round warms both up: how fast a process starts is measured elsewhere.
  for (const { bot } of all) await oneRound(bot);
  for (let round = 0; round < rounds; round++)
    for (const { bot, measured } of all) measured.push(await oneRound(bot));
  for (const { bot } of all) await bot.run.stop();
  return all.map(({ contender, measured }) => ({
    contender,
    updatesPerSecond: median(measured.map(({ perSecond }) => perSecond)),
    rounds: measured.map(({ perSecond }) => perSecond),
    pollerCpuMs: median(measured.map(({ cpuMs }) => cpuMs)),
  }));
}

async function oneRound(bot: ScaledBot): Promise<Round> {
  const usedMs = await bot.pollerCpuMs();
  const perSecond = await confirmRate(bot.run, queuedCount);
  return { perSecond, cpuMs: ((await bot.pollerCpuMs()) - usedMs) / queuedCount };
}

export function ingestTable(results: readonly ScaleIngest[]): Table {
  const [inline] = results;
  return {
    title: '5,000 queued: how fast they are confirmed',
    head: ['', 'updates/s', 'of inline', 'CPU ms an update', 'each round'],
    rows: results.map(({ contender, updatesPerSecond, pollerCpuMs, rounds }) => [
      contender,
      figure(updatesPerSecond),
      `${figure((updatesPerSecond / (inline?.updatesPerSecond ?? Number.NaN)) * 100)} %`,
      figure(pollerCpuMs, 2),
      rounds.map((rate) => figure(rate)).join(' / '),
    ]),
  };
}
