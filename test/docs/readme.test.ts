/** Rebuilds the README's comparison table from the figures in `docs/benchmarks.md`, and loads its example. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadHandlers } from '../../services/adapters/telegram/load-handlers.ts';
import type { Measured } from '../bench/scenarios.ts';
import { figure } from '../bench/table.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const measured = JSON.parse(/```json\n(.*)\n```/.exec(read('docs/benchmarks.md'))?.[1] ?? '') as Measured;
const compared = /## How it compares\n([\s\S]*?)\n## /.exec(read('README.md'))?.[1] ?? '';
const [head = [], , ...rows] = compared
  .split('\n')
  .filter((line) => line.startsWith('|'))
  .map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replace(/[*`]/g, '').trim()),
  );

const columns = ['Telegraf launch', 'grammY', 'runner', 'runner + sequentialize', 'ours'] as const;
const ours = columns.indexOf('ours');

/** One cell per column, whatever the order of the figures. */
function cellsOf<Result extends { readonly contender: string }>(
  results: readonly Result[],
  cell: (result: Result, of: readonly Result[]) => string,
): readonly string[] {
  return columns.map((column) => {
    const found = results.find(({ contender }) => contender === column);
    if (found === undefined) throw new Error(`no figures for ${column}`);
    return cell(found, results);
  });
}

const also = (count: number, what: string): string => (count === 0 ? '' : `, ${figure(count)} ${what}`);
const expected: readonly (readonly string[])[] = [
  cellsOf(measured.uniform, ({ updatesPerSecond }) => figure(updatesPerSecond)),
  cellsOf(measured.heavyTail, ({ p99Ms, undonePercent, orderBreaks }) => {
    const time = p99Ms < 1000 ? `${figure(p99Ms)} ms` : `${Math.floor(p99Ms / 1000)} s`;
    return `${undonePercent > 1 ? '> ' : ''}${time}${also(orderBreaks, `order break${orderBreaks === 1 ? '' : 's'}`)}`;
  }),
  cellsOf(
    measured.stuckChat,
    ({ doneMeanwhilePercent: share }) => `${figure(share, share % 1 === 0 ? 0 : 1)} %`,
  ),
  cellsOf(measured.kill, ({ lost, sent, perSecond, repeated }, all) => {
    const isLess = perSecond !== all[0]?.perSecond;
    const load = isLess ? ` of ${figure(sent)}, at ${perSecond} a second` : '';
    return `${figure(lost)}${load}${also(repeated, 'done twice')}`;
  }),
  cellsOf(
    measured.rollingRestart,
    ({ longestGapMs, lost }) => `${figure(longestGapMs)} ms${also(lost, 'lost')}`,
  ),
  cellsOf(measured.trouble, ({ outcomes }) => {
    const stopped = outcomes.filter(({ seconds }) => seconds === undefined).length;
    return stopped === 0 ? 'none' : `${stopped} of ${outcomes.length}`;
  }),
];

it('the README’s comparison shows the figures of the benchmarks’ page', () => {
  expect(head).toEqual([
    '',
    'Telegraf launch()',
    'grammY',
    'grammY runner',
    'runner with sequentialize',
    'StaffProBot',
  ]);
  expect(rows.map(([, ...cells]) => cells)).toEqual(expected);
});

it('the README names the load of the kill test and the rate of the bare loop', () => {
  const { kills = 0, sent = 0, perSecond = 0 } = measured.kill[ours] ?? {};
  expect(kills).toBe(5);
  expect(rows[3]?.[0]).toBe(`kill -9 at ${perSecond} a second, five times: lost of ${figure(sent)}`);
  const bare = measured.uniform.find(({ contender }) => contender === 'bare loop')?.updatesPerSecond ?? 0;
  expect(compared.replace(/\s+/g, ' ')).toContain(
    `a bare loop that handles nothing reaches ${figure(bare)})`,
  );
});

it('shows a module of one’s own that loads', async () => {
  const module = /<<'END'\n([\s\S]*?)END\n/.exec(read('README.md'))?.[1] ?? '';
  // Below the root, as a newcomer's file, because it imports Telegraf.
  const folder = mkdtempSync(join(root, 'test/docs/mine-'));
  try {
    writeFileSync(join(folder, 'mine.js'), module);
    const { middleware } = await loadHandlers(join(folder, 'mine.js'));
    expect(middleware).toHaveProperty('handler');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
