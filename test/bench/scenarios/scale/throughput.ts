/**
 * A backlog for handlers, inline and with 1, 2 and 4 consumers: what does each further process bring? Handlers that burn
 * CPU, which one process alone can do no faster, and handlers that wait.
 *
 * All share this machine with the Bot API server, the store, the engine and the poller.
 */
import type { BenchFixture } from '../../bench-fixture.ts';
import { countOf, median } from '../../record.ts';
import { figure, type Table } from '../../table.ts';
import { backlogRate } from './backlog.ts';
import { type Mode, modeName, ScaledBot } from './scaled-bot.ts';

const burnCount = 400;
const waitCount = 5000;
const workMs = 20;
const modes: readonly Mode[] = ['inline', 1, 2, 4];

export interface ScaleThroughput {
  readonly contender: string;
  /** From the begin of the first handler to the end of the last; the median of the rounds. */
  readonly burnsPerSecond: number;
  readonly waitsPerSecond: number;
  readonly lost: number;
  readonly repeated: number;
  readonly orderBreaks: number;
}

interface Round {
  readonly burns: number;
  readonly waits: number;
  readonly lost: number;
  readonly repeated: number;
  readonly orderBreaks: number;
}

export async function measureScaleThroughput(
  fixture: BenchFixture,
  { rounds }: { rounds: number },
): Promise<readonly ScaleThroughput[]> {
  const all = modes.map((mode) => ({ mode, measured: [] as Round[] }));
  for (let round = 0; round < rounds; round++)
    for (const { mode, measured } of all) measured.push(await oneRound(fixture, mode));
  return all.map(({ mode, measured }) => {
    const sum = (what: 'lost' | 'repeated' | 'orderBreaks'): number =>
      measured.reduce((total, round) => total + round[what], 0);
    return {
      contender: modeName(mode),
      burnsPerSecond: median(measured.map(({ burns }) => burns)),
      waitsPerSecond: median(measured.map(({ waits }) => waits)),
      lost: sum('lost'),
      repeated: sum('repeated'),
      orderBreaks: sum('orderBreaks'),
    };
  });
}

async function oneRound(fixture: BenchFixture, mode: Mode): Promise<Round> {
  const bot = await ScaledBot.start(await fixture.run(), { mode });
  const burns = await backlogRate(bot.run, { count: burnCount, workMs, how: 'burn' });
  const waits = await backlogRate(bot.run, { count: waitCount, workMs });
  await bot.run.stop();
  return { burns, waits, ...countOf(bot.run.sent, bot.run.record) };
}

export function throughputTable(results: readonly ScaleThroughput[]): Table {
  const [inline] = results;
  const times = (value: number, base: number | undefined): string => figure(value / (base ?? Number.NaN), 2);
  return {
    title: 'updates/s of handlers that burn 20 ms of CPU, and of handlers that wait 20 ms',
    head: ['', 'that burn', '× inline', 'that wait', '× inline', 'lost', 'done twice', 'order breaks'],
    rows: results.map((result) => [
      result.contender,
      figure(result.burnsPerSecond, 1),
      times(result.burnsPerSecond, inline?.burnsPerSecond),
      figure(result.waitsPerSecond),
      times(result.waitsPerSecond, inline?.waitsPerSecond),
      ...[result.lost, result.repeated, result.orderBreaks].map((value) => figure(value)),
    ]),
  };
}
