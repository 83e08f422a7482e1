/** What queue mode is to reach, as ratios within one run, and what was measured. */
import { addedCalls } from '../scenarios/scale/block.ts';
import { type ScaleKill, slots } from '../scenarios/scale/kills.ts';
import type { Measured } from '../scenarios.ts';
import { figure, type Table } from '../table.ts';

export type MeasuredScale = Pick<Measured, 'scaleIngest' | 'scaleThroughput' | 'scaleBlock' | 'scaleKills'>;

export interface ScaleTarget {
  readonly what: string;
  readonly limit: 'at least' | 'at most';
  readonly target: number;
  readonly measured: number;
}

export function scaleTargets(measured: MeasuredScale): readonly ScaleTarget[] {
  const { scaleIngest, scaleThroughput, scaleBlock, scaleKills } = measured;
  const [inlineIngest, queueIngest] = scaleIngest;
  const [inline, , two] = scaleThroughput;
  const blocks = scaleBlock.slice(1);
  const [, pollerKilled, consumerKilled] = scaleKills;
  const all = [...scaleThroughput, ...scaleBlock, ...scaleKills];
  const kill = ({ kills, killed }: ScaleKill): string => `kill -9 of the ${killed}, ${kills} times:`;
  const atMost = (what: string, value: number, target: number): ScaleTarget => {
    return { what, limit: 'at most', target, measured: value };
  };
  const atLeast = (what: string, value: number, target: number): ScaleTarget => {
    return { what, limit: 'at least', target, measured: value };
  };
  return [
    atLeast(
      'updates confirmed a second, of inline',
      ratio(queueIngest?.updatesPerSecond, inlineIngest?.updatesPerSecond),
      0.9,
    ),
    atLeast(
      'handlers that burn CPU, 2 consumers, of inline',
      ratio(two?.burnsPerSecond, inline?.burnsPerSecond),
      1.6,
    ),
    atMost(
      'a handler blocks: p99 of other chats, of undisturbed',
      most(blocks.map(({ p99BlockedMs, p99Ms }) => p99BlockedMs / p99Ms)),
      2,
    ),
    atMost('a handler blocks: lost terms', sum(blocks.map(({ lostTerms }) => lostTerms)), 0),
    atMost(
      'added p50, in calls of the engine',
      most(blocks.map((block) => addedCalls(scaleBlock, block))),
      4,
    ),
    ...[pollerKilled, consumerKilled].flatMap((result) =>
      result === undefined
        ? []
        : [
            atMost(`${kill(result)} lost`, result.lost, 0),
            atMost(`${kill(result)} done twice`, result.repeated, result.killed === 'poller' ? 0 : slots),
          ],
    ),
    atMost('order breaks, in all of these', sum(all.map(({ orderBreaks }) => orderBreaks)), 0),
  ];
}

/** A figure that is missing meets nothing. */
export function isMet({ limit, target, measured }: ScaleTarget): boolean {
  return limit === 'at least' ? measured >= target : measured <= target;
}

export function targetsTable(measured: MeasuredScale): Table {
  return {
    title: 'queue mode: what it is to reach',
    head: ['', 'target', 'measured', ''],
    rows: scaleTargets(measured).map((target) => [
      target.what,
      `${target.limit === 'at least' ? '≥' : '≤'} ${target.target}`,
      figure(target.measured, Number.isInteger(target.measured) ? 0 : 2),
      isMet(target) ? 'met' : 'missed',
    ]),
  };
}

function ratio(value = Number.NaN, base = Number.NaN): number {
  return value / base;
}

function most(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : Math.max(...values);
}

function sum(values: readonly number[]): number {
  return values.length === 0 ? Number.NaN : values.reduce((total, value) => total + value, 0);
}
