import { expect, it } from 'vitest';
import { withProgress } from '../../services/cli/progress.ts';
import type { Terminal } from '../../services/cli/terminal.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

async function twoStepsOf(stepMs: number, { isLive = false, isQuiet = false }): Promise<string[]> {
  const clock = new VirtualClock();
  const said: string[] = [];
  const say = (text: string): void => void said.push(text);
  const ask = async (): Promise<string> => '';
  const terminal: Terminal = {
    isLive,
    canAsk: false,
    answer: say,
    tell: say,
    overwrite: say,
    redraw: say,
    canRedraw: false,
    ask,
  };
  const done = withProgress({ terminal, clock, isQuiet }, 'first', async (progress) => {
    await clock.sleep(stepMs);
    progress.step('second');
    await clock.sleep(stepMs);
    return 'done';
  });
  await clock.advance(2 * stepMs);
  expect(await done).toBe('done');
  return said;
}

it('counts the seconds of each step on one line of a terminal', async () => {
  const first = ['first…', 'first… 1 s', 'first… 2 s', 'first… 2 s\n'];
  const second = ['second…', 'second… 0 s', 'second… 1 s', 'second… 2 s\n'];
  expect(await twoStepsOf(2500, { isLive: true })).toEqual([...first, ...second]);
});

it('prints few lines when stderr is no terminal', async () => {
  expect(await twoStepsOf(15_000, {})).toEqual(['first…', 'first… 10 s', 'second…', 'second… 5 s']);
});

it('prints nothing with --quiet', async () => {
  expect(await twoStepsOf(15_000, { isLive: true, isQuiet: true })).toEqual([]);
});
