/**
 * One handler computes for ten seconds without a pause, under a load of 100 messages a second: how long do messages of
 * other chats take meanwhile, and does the poller keep its term?
 */
import { systemClock } from '../../../../services/adapters/system-clock.ts';
import type { BenchFixture } from '../../bench-fixture.ts';
import { sendSteadily } from '../../load.ts';
import { countOf, quantile, type Sent } from '../../record.ts';
import { figure, type Table } from '../../table.ts';
import { answerAfterMs, type Mode, modeName, ScaledBot } from './scaled-bot.ts';

const modes: readonly Mode[] = ['inline', 2, 4];
const perSecond = 100;
const workMs = 20;
const chats = 1000;
const undisturbedMs = 6000;
const blockMs = 10_000;
const blockedChat = 1_000_001;
const patienceMs = 60_000;
/** Who waits longer than that waits for the handler that blocks. */
const heldUpMs = 1000;

export interface ScaleBlock {
  readonly contender: string;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Of messages of other chats, sent while the handler blocks. */
  readonly p99BlockedMs: number;
  readonly others: number;
  /** Of those, how many took longer than a second. */
  readonly heldUp: number;
  readonly lostTerms: number;
  readonly lost: number;
  readonly orderBreaks: number;
}

export async function measureScaleBlock(fixture: BenchFixture): Promise<readonly ScaleBlock[]> {
  const results: ScaleBlock[] = [];
  for (const mode of modes) results.push(await measureOne(fixture, mode));
  return results;
}

async function measureOne(fixture: BenchFixture, mode: Mode): Promise<ScaleBlock> {
  const bot = await ScaledBot.start(await fixture.run(), { mode });
  const { run } = bot;
  const epoch = await bot.epoch();
  const over = new AbortController();
  const message = (index: number) => ({ chatId: 1 + (index % chats), workMs, reply: false });
  const load = sendSteadily(run, { perSecond, until: over.signal, message });
  await systemClock.sleep(undisturbedMs);
  const number = run.sent.length;
  await run.send([{ chatId: blockedChat, workMs: blockMs, reply: false, how: 'block' }]);
  await run.until(() => run.record.done.has(number), patienceMs);
  over.abort();
  await load;
  await run.settled(patienceMs);
  const lostTerms = (await bot.epoch()) - epoch;
  await run.stop();
  const timeOf = ({ number, atMs }: Sent): number => (run.record.done.get(number) ?? Number.NaN) - atMs;
  const [beganMs, endedMs] = run.record.lines
    .filter((line) => line.number === number)
    .map(({ atMs }) => atMs);
  const before = run.sent.slice(1, number).map(timeOf);
  const others = run.sent
    .filter(({ atMs, chatId }) => chatId !== blockedChat && atMs > (beganMs ?? 0) && atMs < (endedMs ?? 0))
    .map(timeOf);
  const { lost, orderBreaks } = countOf(run.sent, run.record);
  return {
    contender: modeName(mode),
    p50Ms: quantile(before, 0.5),
    p99Ms: quantile(before, 0.99),
    p99BlockedMs: quantile(others, 0.99),
    others: others.length,
    heldUp: others.filter((ms) => ms > heldUpMs).length,
    lostTerms,
    lost,
    orderBreaks,
  };
}

/** What queue mode adds to the median time, in calls of the engine. */
export function addedCalls(results: readonly ScaleBlock[], { p50Ms }: ScaleBlock): number {
  return (p50Ms - (results[0]?.p50Ms ?? Number.NaN)) / answerAfterMs;
}

export function blockTable(results: readonly ScaleBlock[]): Table {
  return {
    title: 'one handler blocks its CPU for 10 s, 100/s in other chats',
    head: [
      '',
      'p50 ms',
      'p99 ms',
      'added p50, in calls',
      'p99 ms meanwhile',
      '× before',
      'held up',
      'lost terms',
      'lost',
      'order breaks',
    ],
    rows: results.map((result) => [
      result.contender,
      figure(result.p50Ms),
      figure(result.p99Ms),
      figure(addedCalls(results, result), 1),
      figure(result.p99BlockedMs),
      figure(result.p99BlockedMs / result.p99Ms, 1),
      `${figure(result.heldUp)} of ${figure(result.others)}`,
      ...[result.lostTerms, result.lost, result.orderBreaks].map((value) => figure(value)),
    ]),
  };
}
