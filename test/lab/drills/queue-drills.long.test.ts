/** Drills on a lab in queue mode: its own ones, and those in which the consumers have a part. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiState } from '../../../services/lab/control-room/api.ts';
import type { DrillId, DrillView } from '../../../services/lab/drills/drill-types.ts';
import type { MeasureId } from '../../../services/lab/drills/measures.ts';
import { isAlive, type LabProcess, startLab } from '../../support/lab.ts';
import { drillTestMs, end, saying } from './lab-fixture.ts';

describe('a drill in queue mode', { timeout: drillTestMs }, () => {
  let lab: LabProcess;

  beforeAll(async () => {
    lab = await startLab({ args: ['--speed', '30', '--handlers', 'queue'] });
  });

  afterAll(async () => {
    await lab.stop();
  });

  const figure = ({ figures }: DrillView, id: MeasureId): number =>
    figures.find((one) => one.id === id)?.amount ?? Number.NaN;
  const consumers = ({ queue }: ApiState) => queue?.consumers ?? [];

  /** Nothing lost and nothing out of order; afterwards all is well. */
  async function run(drill: DrillId): Promise<DrillView> {
    expect(await lab.post('/api/drills', { drill })).toEqual({ ok: true });
    return expectKept(drill);
  }

  async function expectKept(drill: DrillId): Promise<DrillView> {
    const view = await end(lab, drill);
    expect(view).toMatchObject({ state: 'kept', why: null, now: null });
    expect([figure(view, 'lost'), figure(view, 'outOfOrder')]).toEqual([0, 0]);
    expect(figure(view, 'sent')).toBeGreaterThan(0);
    const state = await lab.state();
    expect(state.workers.map(({ role }) => role).sort()).toEqual(['leader', 'standby']);
    expect(consumers(state).map(({ role }) => role)).toEqual(['consumer', 'consumer']);
    expect(state.faults).toMatchObject({ queue: null });
    return view;
  }

  it('kills a consumer at work: what it held is answered by another', async () => {
    const before = consumers(await lab.state());
    const drill = await run('kill-consumer');
    const killed = before.find(({ name }) => name === drill.worker);
    expect(isAlive(killed?.pid ?? 0)).toBe(false);
    const { queue } = await lab.state();
    expect(queue?.stoppedConsumers[0]).toMatchObject({ name: drill.worker, exit: { signal: 'SIGKILL' } });
  });

  it('freezes a consumer until the queue delivers again what it held; it stays the same process', async () => {
    const [first] = consumers(await lab.state());
    expect(await lab.post('/api/drills', { drill: 'freeze-consumer', worker: first?.name })).toEqual({
      ok: true,
    });
    const held = await saying(lab, 'freeze-consumer', 'It is still frozen');
    expect(consumers(held).find(({ name }) => name === first?.name)).toMatchObject({ frozen: true });
    expect(await lab.post('/api/drills/mend', { drill: 'freeze-consumer' })).toEqual({ ok: true });
    const drill = await expectKept('freeze-consumer');
    expect(figure(drill, 'deliveredAgainAfterMs')).toBeGreaterThan(0);
    const { pid, frozen } = consumers(await lab.state()).find(({ name }) => name === first?.name) ?? {};
    expect({ pid, frozen }).toEqual({ pid: first?.pid, frozen: false });
  });

  it('takes the queue away: updates wait in the journal, and nothing is given up', async () => {
    expect(await lab.post('/api/drills', { drill: 'queue-away' })).toEqual({ ok: true });
    const away = await saying(lab, 'queue-away', 'The queue is still away');
    expect(away.faults.queue).toBe('away');
    expect(away.journal).toBeGreaterThan(0);
    expect(await lab.post('/api/drills/mend', { drill: 'queue-away' })).toEqual({ ok: true });
    await expectKept('queue-away');
    expect(await lab.store('HLEN', 'bot_updates_dead')).toBe(0);
  });

  it('kills the leader: the consumers go on', async () => {
    const before = consumers(await lab.state()).map(({ pid }) => pid);
    await run('kill');
    expect(consumers(await lab.state()).map(({ pid }) => pid)).toEqual(before);
  });

  it('refuses another bot on this store', async () => {
    expect(figure(await run('other-bot'), 'exitCode')).toBe(78);
  });

  it('sends a poison message, which kills consumers until it is a dead letter', async () => {
    const { workers } = await lab.state();
    expect(figure(await run('poison'), 'deaths')).toBe(3);
    expect(await lab.store('HLEN', 'bot_updates_dead')).toBe(1);
    const after = await lab.state();
    expect(after.workers.map(({ pid }) => pid)).toEqual(workers.map(({ pid }) => pid));
    expect(after.queue?.deadLetters).toBe(0);
  });

  it('makes most messages fail: the verdict says so, and superadmins are alerted', async () => {
    const drill = await run('failing-handlers');
    expect(figure(drill, 'alertAfterMs')).toBeGreaterThan(0);
    expect((await lab.state()).health?.state).toBe('works');
  });

  it('empties the store: what is in the queue is still answered', async () => {
    await lab.post('/api/drills', { drill: 'wipe' });
    expect(await end(lab, 'wipe')).toMatchObject({ state: 'kept', why: null });
  });
});
