/** The pictures of `docs/benchmarks.md` and `docs/scaling.md`. */
import type { Measured } from '../scenarios.ts';
import { figure } from '../table.ts';
import { barChart } from './bars.ts';
import type { Machine } from './machine.ts';

export function mainChart({ uniform, heavyTail, stuckChat, kill }: Measured): string {
  const panels = [
    {
      title: '5,000 queued: updates a second',
      note: 'more is better',
      bars: uniform.map(({ contender, updatesPerSecond: value }) => ({
        name: contender,
        value,
        text: figure(value),
      })),
    },
    {
      title: '1 % of handlers take 2 s: p99 of the others',
      note: 'less is better; each step to the right is ten times as long',
      isLogarithmic: true,
      bars: heavyTail.map(({ contender, p99Ms, undonePercent }) => ({
        name: contender,
        value: p99Ms,
        text:
          p99Ms < 1000
            ? `${figure(p99Ms)} ms`
            : `${undonePercent > 1 ? '> ' : ''}${figure(p99Ms / 1000, 1)} s`,
      })),
    },
    {
      title: 'one handler of 30 s: others done meanwhile',
      note: 'more is better',
      bars: stuckChat.map(({ contender, doneMeanwhilePercent: value }) => ({
        name: contender,
        value,
        text: `${figure(value, value % 1 === 0 ? 0 : 1)} %`,
      })),
    },
    {
      title: `kill -9, ${kill[0]?.kills ?? 0} times: messages lost`,
      note: 'less is better',
      bars: kill.map(({ contender, lost: value }) => ({ name: contender, value, text: figure(value) })),
    },
  ];
  return barChart(panels, (name) => name === 'ours');
}

export function scaleChart(
  { scaleThroughput }: Pick<Measured, 'scaleThroughput'>,
  { cores }: Pick<Machine, 'cores'>,
): string {
  const bars = (value: (of: (typeof scaleThroughput)[number]) => number, digits: number) =>
    scaleThroughput.map((result) => ({
      name: result.contender,
      value: value(result),
      text: figure(value(result), digits),
    }));
  const panels = [
    {
      title: 'handlers that burn 20 ms of CPU: updates a second',
      note: `more is better; ${cores} processors, shared with all else`,
      bars: bars(({ burnsPerSecond }) => burnsPerSecond, 1),
    },
    {
      title: 'handlers that wait 20 ms: updates a second',
      note: 'more is better; here the queue only costs',
      bars: bars(({ waitsPerSecond }) => waitsPerSecond, 0),
    },
  ];
  return barChart(panels, (name) => name !== 'inline');
}
