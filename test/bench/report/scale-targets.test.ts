import { expect, it } from 'vitest';
import { isMet, type MeasuredScale, scaleTargets, targetsTable } from './scale-targets.ts';

const counts = { sent: 4501, lost: 0, repeated: 0, orderBreaks: 0 };
const ingest = { rounds: [], pollerCpuMs: 0.1 };
const block = { p50Ms: 60, p99Ms: 100, p99BlockedMs: 100, others: 1000, heldUp: 0, lostTerms: 0, ...counts };
const throughput = { waitsPerSecond: 1000, ...counts };

/** Every target is just met. */
const good: MeasuredScale = {
  scaleIngest: [
    { contender: 'inline', updatesPerSecond: 1000, ...ingest },
    { contender: 'queue', updatesPerSecond: 900, ...ingest },
  ],
  scaleThroughput: [
    { contender: 'inline', burnsPerSecond: 50, ...throughput },
    { contender: 'queue, 1 consumer', burnsPerSecond: 50, ...throughput },
    { contender: 'queue, 2 consumers', burnsPerSecond: 80, ...throughput },
  ],
  scaleBlock: [
    { contender: 'inline', ...block, p99BlockedMs: 10_000 },
    { contender: 'queue, 2 consumers', ...block, p50Ms: 100, p99BlockedMs: 200 },
  ],
  scaleKills: [
    { contender: 'inline', killed: 'poller', kills: 5, ...counts, repeated: 18 },
    { contender: 'queue, 2 consumers', killed: 'poller', kills: 5, ...counts },
    { contender: 'queue, 2 consumers', killed: 'consumer', kills: 5, ...counts, repeated: 100 },
  ],
};

const missedBy = (measured: MeasuredScale): readonly string[] =>
  scaleTargets(measured)
    .filter((target) => !isMet(target))
    .map(({ what }) => what);

/** The same, with other figures for one contender of a scenario. */
function withFigures<Key extends keyof MeasuredScale>(
  key: Key,
  index: number,
  figures: Partial<MeasuredScale[Key][number]>,
): MeasuredScale {
  const changed = good[key].map((result, at) => (at === index ? { ...result, ...figures } : result));
  return { ...good, [key]: changed };
}

it('meets targets that are just reached, whatever inline pays', () => {
  expect(missedBy(good)).toEqual([]);
  expect(targetsTable(good).rows.map((row) => row.at(-1))).toEqual(Array(10).fill('met'));
});

it.each([
  ['updates confirmed a second', withFigures('scaleIngest', 1, { updatesPerSecond: 899 })],
  ['handlers that burn CPU', withFigures('scaleThroughput', 2, { burnsPerSecond: 79 })],
  ['p99 of other chats', withFigures('scaleBlock', 1, { p99BlockedMs: 201 })],
  ['lost terms', withFigures('scaleBlock', 1, { lostTerms: 1 })],
  ['added p50', withFigures('scaleBlock', 1, { p50Ms: 101, p99Ms: 1000 })],
  ['kill -9 of the poller, 5 times: lost', withFigures('scaleKills', 1, { lost: 1 })],
  ['kill -9 of the poller, 5 times: done twice', withFigures('scaleKills', 1, { repeated: 1 })],
  ['kill -9 of the consumer, 5 times: lost', withFigures('scaleKills', 2, { lost: 1 })],
  ['kill -9 of the consumer, 5 times: done twice', withFigures('scaleKills', 2, { repeated: 101 })],
  ['order breaks', withFigures('scaleThroughput', 2, { orderBreaks: 1 })],
])('names the one that is missed: %s', (what, measured) => {
  expect(missedBy(measured)).toEqual([expect.stringContaining(what)]);
});

it('a figure that is missing meets nothing', () => {
  expect(missedBy({ ...good, scaleBlock: [] })).toHaveLength(3);
});
