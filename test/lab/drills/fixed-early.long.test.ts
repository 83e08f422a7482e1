/**
 * Drills whose fault is fixed before anything could be seen. They run at production speed, where they would wait half a
 * minute or more, so the fix comes first on any machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillId } from '../../../services/lab/drills/drill-types.ts';
import { type LabProcess, startLab } from '../../support/lab.ts';
import { drillTestMs, end, saying } from './lab-fixture.ts';

describe('a drill that is fixed early', { timeout: drillTestMs }, () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab();
  });

  afterAll(async () => {
    await lab.stop();
  });

  const start = (drill: DrillId, worker?: string) => lab.post('/api/drills', { drill, worker });
  const fix = (drill: DrillId) => lab.post('/api/drills/mend', { drill });
  async function expectHealthy(): Promise<void> {
    const { workers, faults, monitorStopped } = await lab.state();
    expect(workers.map(({ role }) => role).sort()).toEqual(['leader', 'standby']);
    expect(workers.some(({ frozen }) => frozen)).toBe(false);
    expect({ faults, monitorStopped }).toEqual({
      faults: { telegram: null, store: null, queue: null, cutWorkers: [], roguePolling: false },
      monitorStopped: false,
    });
  }

  async function expectUnseen(drill: DrillId): Promise<void> {
    const { state, why, figures } = await end(lab, drill);
    expect({ state, why }).toEqual({ state: 'unseen', why: null });
    const lost = figures.find(({ id }) => id === 'lost')?.amount;
    expect(lost ?? 0).toBe(0);
    await expectHealthy();
  }

  it.each<[DrillId, string]>([
    ['cut', 'another worker takes over'],
    ['rogue', 'reports the conflict'],
    ['stop-monitor', 'the alarm reaches SNS'],
  ])('%s is fixed at once, and does not count as kept', async (drill, waitsFor) => {
    expect(await start(drill)).toEqual({ ok: true });
    await saying(lab, drill, waitsFor);
    expect(await fix(drill)).toEqual({ ok: true });
    await expectUnseen(drill);
  });

  it.each<DrillId>(['add', 'telegram-429'])('%s can be called off before it has begun', async (drill) => {
    await start(drill);
    await fix(drill);
    await expectUnseen(drill);
  });

  it('must be one that lasts: an instant fault cannot be fixed', async () => {
    await start('stop');
    expect(await fix('stop')).toMatchObject({ ok: false });
    expect(await end(lab, 'stop')).toMatchObject({ state: 'kept' });
  });

  it('leaves the leader in place if it wakes within its lease', async () => {
    const { leader } = await lab.state();
    await start('freeze');
    await saying(lab, 'freeze', 'another worker takes over');
    expect(await start('resume')).toEqual({ ok: true });
    expect(await end(lab, 'resume')).toMatchObject({ state: 'kept', why: null });
    await expectUnseen('freeze');
    expect((await lab.state()).leader?.pid).toBe(leader?.pid);
  });

  it('ends if the worker is woken in another way', async () => {
    const { leader } = await lab.state();
    await start('freeze');
    await saying(lab, 'freeze', 'another worker takes over');
    await lab.post('/api/workers/signal', { pid: leader?.pid, signal: 'SIGCONT' });
    await expectUnseen('freeze');
  });

  it('resumes one worker at a time if all are frozen', async () => {
    const { leader, workers } = await lab.state();
    for (const { pid } of workers) await lab.post('/api/workers/signal', { pid, signal: 'SIGSTOP' });
    expect(await start('resume', leader?.worker ?? undefined)).toEqual({ ok: true });
    expect(await end(lab, 'resume')).toMatchObject({ state: 'kept', worker: leader?.worker });
    expect((await lab.state()).workers.filter(({ frozen }) => frozen)).toHaveLength(1);
    expect(await start('resume')).toEqual({ ok: true });
    expect(await end(lab, 'resume')).toMatchObject({ state: 'kept' });
    await expectHealthy();
  });
});
