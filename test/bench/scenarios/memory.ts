/**
 * The memory of our worker: idle, at 1,000 messages a second, with a million pending at Telegram, and with many updates
 * in flight. It is the whole process as the image runs it, including garbage that V8 has not collected yet.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { botMetricNames } from '../../../services/bot/contract.ts';
import { startEndlessTelegram } from '../../support/endless-telegram.ts';
import { type BenchFixture, type Run, roundTripMs } from '../bench-fixture.ts';
import { bundleOurs, type Contender, ours } from '../contenders.ts';
import { sendSteadily } from '../load.ts';
import { figure, type Table } from '../table.ts';
import { orderText } from '../work.ts';

const steadyPerSecond = 1000;
const steadyMs = 10_000;
const floodCount = 1_000_000;
const floodMs = 10_000;
const workMs = 20;
const chats = 1000;
const lookEveryMs = 250;
const patienceMs = 30_000;
const forEverMs = 3_600_000;
/** The second is the default limit. */
const inFlightCounts = [100, 1000, 5000] as const;
/** By default, this many messages are queued behind one stuck chat. */
const waitingCount = 20_000;

export interface Memory {
  readonly what: string;
  readonly inFlight: number;
  readonly peakMb: number;
  readonly handled: number;
}

export async function measureMemory(fixture: BenchFixture): Promise<readonly Memory[]> {
  const folder = mkdtempSync(join(tmpdir(), 'bundle-'));
  try {
    const bundled = await bundleOurs(folder);
    const unbundled = await steady(fixture, ours);
    const results = [await idle(fixture, bundled), await steady(fixture, bundled)];
    results.push({ ...unbundled, what: `${unbundled.what}, unbundled` }, await flooded(fixture, bundled));
    for (const count of inFlightCounts)
      results.push(await held(fixture, { worker: bundled, count, oneChat: false }));
    return [...results, await held(fixture, { worker: bundled, count: waitingCount, oneChat: true })];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function idle(fixture: BenchFixture, worker: Contender): Promise<Memory> {
  const run = await fixture.run();
  await worker.start(run);
  await run.warmUp();
  const watch = watchMemory(run);
  await systemClock.sleep(4 * lookEveryMs);
  return { what: 'idle', ...(await watch.end()), handled: 1 };
}

async function steady(fixture: BenchFixture, worker: Contender): Promise<Memory> {
  const run = await fixture.run();
  await worker.start(run);
  await run.warmUp();
  const watch = watchMemory(run);
  const message = (index: number) => ({ chatId: 1 + (index % chats), workMs, reply: false });
  await sendSteadily(run, { perSecond: steadyPerSecond, durationMs: steadyMs, message });
  await run.settled(patienceMs);
  const seen = await watch.end();
  return {
    what: `${figure(steadyPerSecond)}/s for ${steadyMs / 1000} s`,
    ...seen,
    handled: run.record.done.size,
  };
}

async function flooded(fixture: BenchFixture, worker: Contender): Promise<Memory> {
  const message = (index: number) => ({ chatId: 1 + (index % chats), text: order(index, workMs) });
  await using telegram = await startEndlessTelegram({ count: floodCount, message, roundTripMs });
  const run = await fixture.run();
  await worker.start(run, { TELEGRAM_API_ROOT: telegram.url });
  await run.until(() => run.record.done.size > 0, patienceMs);
  const watch = watchMemory(run);
  await systemClock.sleep(floodMs);
  const seen = await watch.end();
  const handled = run.record.read().done.size;
  return { what: `${figure(floodCount)} queued, ${floodMs / 1000} s of them`, ...seen, handled };
}

/** No handler ends, so as many updates are in flight as the limit allows. */
async function held(
  fixture: BenchFixture,
  {
    worker,
    count,
    oneChat,
  }: { readonly worker: Contender; readonly count: number; readonly oneChat: boolean },
): Promise<Memory> {
  const message = (index: number) => ({ chatId: oneChat ? 1 : 1 + index, text: order(index, forEverMs) });
  await using telegram = await startEndlessTelegram({ count: floodCount, message, roundTripMs: 1 });
  const run = await fixture.run();
  const limit: Record<string, string> = oneChat ? {} : { UPDATES_IN_FLIGHT_MAX: String(count) };
  await worker.start(run, { TELEGRAM_API_ROOT: telegram.url, ...limit });
  await run.until(() => run.record.lines.length > 0, patienceMs);
  const watch = watchMemory(run);
  await watch.untilInFlight(count);
  const seen = await watch.end();
  return {
    what: oneChat ? `${figure(count)} behind one stuck chat` : `${figure(count)} in flight`,
    ...seen,
    handled: 0,
  };
}

function order(number: number, workMs: number): string {
  return orderText({ number, workMs, reply: false });
}

interface Seen {
  readonly inFlight: number;
  readonly peakMb: number;
}

/** Reads the worker's metrics regularly until `end`, which also ends the run. */
function watchMemory(run: Run) {
  let peakBytes = 0;
  let inFlight = 0;
  const over = new AbortController();
  const look = async (): Promise<void> => {
    const metrics = await run.metrics();
    peakBytes = Math.max(peakBytes, metrics.get('process_resident_memory_bytes') ?? 0);
    inFlight = Math.max(inFlight, metrics.get(botMetricNames.updatesInFlight) ?? 0);
  };
  const watching = (async () => {
    while (!over.signal.aborted) {
      await look();
      await systemClock.sleep(lookEveryMs, over.signal);
    }
  })();
  return {
    async untilInFlight(count: number): Promise<void> {
      if (!(await run.until(() => inFlight >= count, patienceMs)))
        throw new Error(`expected ${count} updates in flight, got ${inFlight}`);
    },
    async end(): Promise<Seen> {
      over.abort();
      await watching;
      await look();
      await run.stop();
      return { inFlight, peakMb: peakBytes / 2 ** 20 };
    },
  };
}

export function memoryTable(results: readonly Memory[]): Table {
  return {
    title: 'ours: memory of the whole process, bundled as in the image',
    head: ['', 'in flight, at most', 'handled', 'peak MB'],
    rows: results.map(({ what, inFlight, handled, peakMb }) => [
      what,
      ...[inFlight, handled, peakMb].map((value) => figure(value)),
    ]),
  };
}
