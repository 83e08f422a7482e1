/**
 * Drills that are mended before anything could be seen. At production's speed: what they would wait for takes half a
 * minute and more, so that the mending comes first on any machine.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillId } from '../../../services/lab/drills/drill-types.ts';
import { type LabProcess, startLab } from '../../support/lab.ts';
import { drillTestMs, end, saying } from './rig.ts';

describe('a drill that is mended early', { timeout: drillTestMs }, () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab();
  });

  afterAll(async () => {
    await lab.stop();
  });

  const start = (drill: DrillId, worker?: string) => lab.post('/api/drills', { drill, worker });
  const mend = (drill: DrillId) => lab.post('/api/drills/mend', { drill });
  async function expectWell(): Promise<void> {
    const { workers, faults, monitorStopped } = await lab.state();
    expect(workers.map(({ role }) => role).sort()).toEqual(['leader', 'standby']);
    expect(workers.some(({ frozen }) => frozen)).toBe(false);
    expect({ faults, monitorStopped }).toEqual({
      faults: { telegram: null, store: null, cutWorkers: [], roguePolling: false },
      monitorStopped: false,
    });
  }

  async function expectUnseen(drill: DrillId): Promise<void> {
    const { state, why, figures } = await end(lab, drill);
    expect({ state, why }).toEqual({ state: 'unseen', why: null });
    const lost = figures.find(({ id }) => id === 'lost')?.amount;
    expect(lost ?? 0).toBe(0);
    await expectWell();
  }

  it.each<[DrillId, string]>([
    ['cut', 'another worker takes over'],
    ['rogue', 'reports the conflict'],
    ['stop-monitor', 'the alarm reaches SNS'],
  ])('%s is mended at once, and not said to be kept', async (drill, waitsFor) => {
    expect(await start(drill)).toEqual({ ok: true });
    await saying(lab, drill, waitsFor);
    expect(await mend(drill)).toEqual({ ok: true });
    await expectUnseen(drill);
  });

  it.each<DrillId>(['add', 'telegram-429'])('%s is called off before it has begun', async (drill) => {
    await start(drill);
    await mend(drill);
    await expectUnseen(drill);
  });

  it('is one that lasts: what breaks at a blow cannot be mended', async () => {
    await start('stop');
    expect(await mend('stop')).toMatchObject({ ok: false });
    expect(await end(lab, 'stop')).toMatchObject({ state: 'kept' });
  });

  it('wakes the leader within its lease, who leads on', async () => {
    const { leader } = await lab.state();
    await start('freeze');
    await saying(lab, 'freeze', 'another worker takes over');
    expect(await start('resume')).toEqual({ ok: true });
    expect(await end(lab, 'resume')).toMatchObject({ state: 'kept', why: null });
    await expectUnseen('freeze');
    expect((await lab.state()).leader?.pid).toBe(leader?.pid);
  });

  it('is over when somebody else wakes the worker', async () => {
    const { leader } = await lab.state();
    await start('freeze');
    await saying(lab, 'freeze', 'another worker takes over');
    await lab.post('/api/workers/signal', { pid: leader?.pid, signal: 'SIGCONT' });
    await expectUnseen('freeze');
  });

  it('resumes one worker after the other where all of them are frozen', async () => {
    const { leader, workers } = await lab.state();
    for (const { pid } of workers) await lab.post('/api/workers/signal', { pid, signal: 'SIGSTOP' });
    expect(await start('resume', leader?.worker ?? undefined)).toEqual({ ok: true });
    expect(await end(lab, 'resume')).toMatchObject({ state: 'kept', worker: leader?.worker });
    expect((await lab.state()).workers.filter(({ frozen }) => frozen)).toHaveLength(1);
    expect(await start('resume')).toEqual({ ok: true });
    expect(await end(lab, 'resume')).toMatchObject({ state: 'kept' });
    await expectWell();
  });
});
