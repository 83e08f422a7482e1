/**
 * What a process carries with a quarter, a half and a whole processor: the worker with its handlers inline, and in queue
 * mode the poller and a consumer. Only the one that is measured is limited; all else has the rest of the machine.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchFixture } from '../bench-fixture.ts';
import { bundlePrograms, type Programs } from '../contenders.ts';
import { CpuQuota } from '../cpu-quota.ts';
import { figure, type Table } from '../table.ts';
import { backlogRate, confirmRate } from './scale/backlog.ts';
import { type Mode, ScaledBot } from './scale/scaled-bot.ts';

const shares = [0.25, 0.5, 1] as const;
const workMs = 20;
/** With a whole processor; with less of it, as much less. */
const waitCount = 12_000;
const burnCount = 200;
/** Of the count, handled before the measured ones. */
const warmUpShare = 1 / 3;

export interface CpuShare {
  readonly share: number;
  /** Updates a second whose handlers wait 20 ms, and such as burn 20 ms of CPU. */
  readonly inlineWaits: number;
  readonly inlineBurns: number;
  /** Updates a second that the poller of queue mode puts into the queue. */
  readonly poller: number;
  /** Updates a second that one consumer handles, with handlers that wait. */
  readonly consumer: number;
}

/** Empty where the machine allows no limit on CPU time. */
export async function measureCpuShare(fixture: BenchFixture): Promise<readonly CpuShare[]> {
  const folder = mkdtempSync(join(tmpdir(), 'staffprobot-share-'));
  try {
    const programs = await bundlePrograms(folder);
    const results: CpuShare[] = [];
    for (const share of shares) {
      const result = await measureOne(fixture, programs, share);
      if (result === undefined) return [];
      results.push(result);
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function measureOne(
  fixture: BenchFixture,
  programs: Programs,
  share: number,
): Promise<CpuShare | undefined> {
  const quota = CpuQuota.open(`staffprobot-bench-${process.pid}-share-${share}`, share);
  if (quota === undefined) return undefined;
  const wrap = (program: string, args: readonly string[]) => quota.command(program, args);
  const start = async (mode: Mode, kind: 'poller' | 'consumer'): Promise<ScaledBot> =>
    ScaledBot.start(await fixture.run(), { mode, programs, limit: { kind, wrap } });
  const waits = { count: waitCount * share, workMs };
  const warmUp = { ...waits, count: waits.count * warmUpShare };

  const inline = await start('inline', 'poller');
  await backlogRate(inline.run, warmUp);
  const inlineWaits = await backlogRate(inline.run, waits);
  const inlineBurns = await backlogRate(inline.run, { count: burnCount * share, workMs, how: 'burn' });
  await inline.run.stop();

  const sending = await start(0, 'poller');
  await confirmRate(sending.run, warmUp.count);
  const poller = await confirmRate(sending.run, waits.count);
  await sending.run.stop();

  const handling = await start(1, 'consumer');
  await backlogRate(handling.run, warmUp);
  const consumer = await backlogRate(handling.run, waits);
  await handling.run.stop();

  quota.close();
  return { share, inlineWaits, inlineBurns, poller, consumer };
}

const shareNames: Readonly<Record<number, string>> = { 0.25: 'a quarter', 0.5: 'half', 1: 'a whole one' };

export function cpuShareTable(results: readonly CpuShare[]): Table {
  const title = 'updates/s by the share of a processor';
  if (results.length === 0) {
    const reason = 'this machine allows no limit on CPU time: it takes root and cgroups';
    return { title, head: [''], rows: [[reason]] };
  }
  return {
    title,
    head: [
      'of a processor',
      'inline, handlers wait 20 ms',
      'inline, handlers burn 20 ms',
      'the poller of queue mode',
      'a consumer, handlers wait 20 ms',
    ],
    rows: results.map(({ share, inlineWaits, inlineBurns, poller, consumer }) => [
      shareNames[share] ?? String(share),
      figure(inlineWaits),
      figure(inlineBurns, 1),
      figure(poller),
      figure(consumer),
    ]),
  };
}
