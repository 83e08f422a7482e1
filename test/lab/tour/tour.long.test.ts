/** The guided tour as a program of its own, and the times that it deploys into a lab at production speed. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { TourReport } from '../../../services/lab/tour/report.ts';
import { type Launched, launch } from '../../support/child.ts';
import { isAlive, startLab } from '../../support/lab.ts';
import { drillTestMs, until } from '../drills/lab-fixture.ts';

const program = fileURLToPath(new URL('../../../services/lab/tour/main.ts', import.meta.url));
const tourLimitMs = 300_000;

const launchTour = (...words: readonly string[]): Launched => launch(process.execPath, [program, ...words]);

/** All descendants of a process; none if the system does not list them. */
function descendantsOf(pid: number): number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  const children = readFileSync(path, 'utf8').split(' ').filter(Boolean).map(Number);
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}

describe('npm run tour', { timeout: tourLimitMs }, () => {
  it('keeps six promises, and reports the figures', async () => {
    const { code, stdout, stderr } = await launchTour('--json').finished;
    const report = JSON.parse(stdout) as TourReport;
    expect({ code, stderr, broken: report.steps.filter(({ kept }) => !kept) }).toEqual({
      code: 0,
      stderr: '',
      broken: [],
    });
    expect(report.ok).toBe(true);
    expect(report.steps.map(({ id }) => id)).toEqual(['hello', 'deploy', 'crash', 'hung', 'rogue', 'wiped']);
    const [hello, deploy, crash, hung, rogue, wiped] = report.steps.map(({ measures }) => measures);
    expect(hello).toMatchObject({ answered: 5 });
    for (const measures of [deploy, crash, wiped]) expect(measures).toMatchObject({ twoAtOnce: 0 });
    // The late call of a woken process.
    expect(hung?.callsOnTheWay).toBeLessThanOrEqual(1);
    // Without a hand-over: a lease of 6 s that is renewed every 2 s.
    expect(deploy?.pauseMs).toBeLessThan(4000);
    for (const measures of [deploy, crash, hung, wiped]) {
      expect(measures).toMatchObject({ lost: 0, outOfOrder: 0 });
      expect(measures?.sent).toBeGreaterThan(10);
      expect(measures?.pauseMs).toBeGreaterThan(0);
    }
    // The alert comes only after 10 s of silence, so the bot was silent for longer.
    expect(hung?.alertAfterMs).toBeGreaterThan(8000);
    expect(hung?.pauseMs).toBeGreaterThan(hung?.alertAfterMs ?? Number.POSITIVE_INFINITY);
    expect(rogue?.lost).toBe(0);
    expect(rogue?.conflicts).toBeGreaterThanOrEqual(3);
    expect(rogue?.takenByRogue).toBeGreaterThan(0);
    // A lease of 6 s, minus the time that the old leader still polled.
    expect(wiped?.pauseMs).toBeGreaterThan(3000);
  });

  it('keeps them with handlers behind a queue too', async () => {
    const { code, stdout, stderr } = await launchTour('--json', '--handlers', 'queue').finished;
    const { steps } = JSON.parse(stdout) as TourReport;
    expect({ code, stderr, broken: steps.filter(({ kept }) => !kept) }).toEqual({
      code: 0,
      stderr: '',
      broken: [],
    });
    for (const { measures } of steps.slice(1)) expect(measures.lost).toBe(0);
  });

  it('ends on Ctrl-C in the middle of a step and leaves no process', async () => {
    const { child, said, finished } = launchTour();
    await vi.waitUntil(() => said.stdout.includes('Deploy without a gap'), {
      timeout: tourLimitMs,
      interval: 50,
    });
    const processes = descendantsOf(child.pid ?? 0);
    child.kill('SIGINT');
    const { code, stdout, stderr } = await finished;
    // Not all six promises were proved.
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/^✓ Say hello \([\d.]+ s\): .*\n✓ Deploy without a gap .*lost 0.*\n/);
    await vi.waitUntil(() => !processes.some(isAlive), { timeout: 20_000, interval: 50 });
  });

  it.each([[['--fast']], [['--json=yes']], [['now']]])('refuses %j in one line', async (words) => {
    const { code, stdout, stderr } = await launchTour(...words).finished;
    expect({ code, stdout }).toEqual({ code: 78, stdout: '' });
    expect(stderr).toMatch(/^arguments: expected nothing, --json or --handlers, got .*\n$/);
  });
});

describe('the tour in a lab at production’s speed', { timeout: drillTestMs }, () => {
  it('deploys quick times, and restores the lab’s own when it is stopped', async () => {
    const lab = await startLab();
    try {
      const before = await lab.state();
      expect(await lab.post('/api/tour', { action: 'start' })).toEqual({ ok: true });
      expect(await lab.post('/api/tour', { action: 'start' })).toMatchObject({ ok: false });
      for (const path of ['/api/drills', '/api/load', '/api/load/stop']) {
        const answer = await lab.post(path, { drill: 'kill', perSecond: 1, chats: 1 });
        expect(answer).toMatchObject({ ok: false, error: expect.stringContaining('the tour') });
      }
      const quick = await until(lab, ({ times }) => times.speed > 1);
      expect(quick.heartbeat.staleSeconds).toBeLessThan(before.heartbeat.staleSeconds);
      expect(await lab.post('/api/tour', { action: 'stop' })).toEqual({ ok: true });
      const { tour } = await until(lab, ({ tour: { restoring } }) => restoring);
      expect(tour.running).toBe(true);
      expect(tour.steps.filter(({ state }) => state === 'running')).toEqual([]);
      const after = await until(lab, ({ tour: { running } }) => !running);
      expect(after.tour.restoring).toBe(false);
      expect(after.times).toEqual(before.times);
      expect(after.tour.steps.at(0)).toMatchObject({ id: 'hello', state: 'kept' });
      expect(after.tour.steps.at(-1)).toMatchObject({ id: 'wiped', state: 'waiting' });
      const pids = [...before.workers, ...quick.workers].map(({ pid }) => pid);
      expect(after.workers.map(({ role }) => role).sort()).toEqual(['leader', 'standby']);
      expect(after.workers.every(({ pid }) => !pids.includes(pid))).toBe(true);
      // In neither direction did the monitor take a worker with other times for a silent one.
      expect(after.sns).toEqual([]);
      expect(after.outage).toBeNull();
    } finally {
      await lab.stop();
    }
  });
});
