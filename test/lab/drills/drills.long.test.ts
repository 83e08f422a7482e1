/** Drills on a real lab: their reports are compared with what the emulator, the store and the processes show. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DrillId, DrillView } from '../../../services/lab/drills/drill-types.ts';
import type { MeasureId } from '../../../services/lab/drills/measures.ts';
import { isAlive, type LabProcess, startLab } from '../../support/lab.ts';
import { drillTestMs, end, saying, until } from './lab-fixture.ts';

interface EmulatorState {
  readonly pending: number;
  readonly overlaps: number;
  readonly sentMessages: readonly { readonly chat_id: number; readonly text: string }[];
}

const probeChat = /^✓ \d+$/;

describe('a drill', { timeout: drillTestMs }, () => {
  let lab: LabProcess;
  let callsOnTheWay = 0;

  beforeAll(async () => {
    lab = await startLab({ args: ['--speed', '30'] });
  });

  afterAll(async () => {
    await lab.stop();
  });

  const start = (drill: DrillId, worker?: string) => lab.post('/api/drills', { drill, worker });

  async function run(drill: DrillId, worker?: string): Promise<DrillView> {
    expect(await start(drill, worker)).toEqual({ ok: true });
    return end(lab, drill);
  }

  const figure = ({ figures }: DrillView, id: MeasureId): number =>
    figures.find((one) => one.id === id)?.amount ?? Number.NaN;

  /**
   * Nothing lost, nothing out of order, and the emulator agrees: nothing waits, and no two polled at once.
   * @param together the drills that ran at the same time
   */
  async function expectKept(...together: readonly DrillView[]): Promise<void> {
    for (const drill of together) {
      expect(drill).toMatchObject({ state: 'kept', why: null, now: null });
      expect(figure(drill, 'sent')).toBeGreaterThan(0);
      expect([figure(drill, 'lost'), figure(drill, 'outOfOrder')]).toEqual([0, 0]);
      expect(drill.endedAtMs).toBeGreaterThan(drill.startedAtMs ?? Number.POSITIVE_INFINITY);
    }
    // Only the late call of a woken process may overlap with another poll; both drills may have counted it.
    callsOnTheWay += Math.max(...together.map((one) => figure(one, 'callsOnTheWay') || 0));
    expect((await emulator()).overlaps).toBeLessThanOrEqual(callsOnTheWay);
    const { workers, faults, monitorStopped } = await lab.state();
    expect(workers.map(({ role }) => role).sort()).toEqual(['leader', 'standby']);
    expect({ faults, monitorStopped }).toEqual({
      faults: { telegram: null, store: null, queue: null, cutWorkers: [], roguePolling: false },
      monitorStopped: false,
    });
  }

  async function emulator(): Promise<EmulatorState> {
    const { urls } = await lab.state();
    const answer = await fetch(`${urls.telegram}/emulator/state?token=${urls.botToken}`);
    return ((await answer.json()) as { result: EmulatorState }).result;
  }

  async function store(...command: readonly string[]): Promise<unknown> {
    const { urls } = await lab.state();
    const answer = await fetch(urls.redisRest, {
      method: 'POST',
      headers: { authorization: `Bearer ${urls.redisToken}` },
      body: JSON.stringify(command),
    });
    return ((await answer.json()) as { result: unknown }).result;
  }

  it('is refused in one line if it makes no sense', async () => {
    const refusals = [
      await lab.post('/api/drills', { drill: 'explode' }),
      await lab.post('/api/drills', {}),
      await lab.post('/api/drills', { drill: 'kill', worker: 'worker-99' }),
      await lab.post('/api/drills', { drill: 'wipe', worker: 'worker-1' }),
      await lab.post('/api/drills', { drill: 'resume' }),
      await lab.post('/api/drills', { drill: 'queue-away' }),
      await lab.post('/api/drills/mend', { drill: 'kill' }),
      await lab.post('/api/tour', { action: 'dance' }),
      await lab.post('/api/tour', { action: 'stop' }),
      await lab.post('/api/load', { perSecond: 0, chats: 1 }),
      await lab.post('/api/load', { perSecond: 1, chats: 201 }),
      await lab.post('/api/load', { perSecond: 1.5, chats: 1 }),
    ];
    for (const refusal of refusals) {
      const error = expect.stringMatching(/^[^\n]{10,300}$/);
      expect(refusal).toEqual({ ok: false, error, says: { en: refusal['error'], ru: error } });
    }
    // A drill of queue mode.
    expect(refusals.map(({ error }) => error)).toContainEqual(expect.stringContaining('--handlers queue'));
    const { drills, tour } = await lab.state();
    expect(drills.every(({ state }) => state === 'idle')).toBe(true);
    expect(tour.running).toBe(false);
  });

  it('kills the leader and sees the standby take over', async () => {
    const before = await lab.state();
    const drill = await run('kill');
    await expectKept(drill);
    const after = await lab.state();
    expect(drill.worker).toBe(before.leader?.worker);
    expect(isAlive(before.leader?.pid ?? 0)).toBe(false);
    expect(after.leader?.pid).not.toBe(before.leader?.pid);
    expect(after.audit?.map(({ event }) => event)).toContain('task-stopped');
  });

  it('stops the leader gracefully, and the emulator shows every answer', async () => {
    const { stoppedWorkers, leader } = await lab.state();
    const already = (await emulator()).sentMessages.filter(({ text }) => probeChat.test(text)).length;
    const drill = await run('stop');
    await expectKept(drill);
    expect(figure(drill, 'exitCode')).toBe(0);
    const after = await lab.state();
    expect(after.stoppedWorkers.length).toBe(stoppedWorkers.length + 1);
    expect(after.stoppedWorkers[0]).toMatchObject({ name: leader?.worker, exit: { code: 0 } });
    const { sentMessages, pending } = await emulator();
    const answers = sentMessages.filter(({ text }) => probeChat.test(text)).length - already;
    expect(answers).toBeGreaterThanOrEqual(figure(drill, 'sent'));
    expect(pending).toBe(0);
  });

  it('freezes the leader until it is resumed, and refuses other drills meanwhile', async () => {
    const { leader } = await lab.state();
    expect(await start('freeze')).toEqual({ ok: true });
    expect(await start('kill')).toMatchObject({ ok: false, error: expect.stringContaining('Freeze') });
    expect(await lab.post('/api/tour', { action: 'start' })).toMatchObject({ ok: false });
    const held = await saying(lab, 'freeze', 'It is still frozen');
    expect(held.workers.find(({ name }) => name === leader?.worker)).toMatchObject({ frozen: true });
    expect(held.leader?.worker).not.toBe(leader?.worker);
    await expectKept(await run('resume'), await end(lab, 'freeze'));
    const { workers } = await lab.state();
    expect(workers.find(({ name }) => name === leader?.worker)).toMatchObject({
      pid: leader?.pid,
      frozen: false,
    });
  });

  it('refuses another bot on this store, and this one’s leader stays', async () => {
    const before = await lab.state();
    const drill = await run('other-bot');
    await expectKept(drill);
    expect(figure(drill, 'exitCode')).toBe(78);
    expect((await lab.state()).leader?.pid).toBe(before.leader?.pid);
  });

  it('cuts only the leader from the store, until it is fixed', async () => {
    const { leader } = await lab.state();
    expect(await start('cut')).toEqual({ ok: true });
    const held = await saying(lab, 'cut', 'It is still cut off');
    expect(held.faults.cutWorkers).toEqual([leader?.worker]);
    expect(held.leader?.worker).not.toBe(leader?.worker);
    expect(await store('PING')).toBe('PONG');
    expect(await lab.post('/api/drills/mend', { drill: 'cut' })).toEqual({ ok: true });
    await expectKept(await end(lab, 'cut'));
  });

  it('adds a worker that stands by, and removes it again', async () => {
    expect(await start('add')).toEqual({ ok: true });
    const { workers } = await saying(lab, 'add', 'The new worker stands by');
    expect(workers.map(({ role }) => role).sort()).toEqual(['leader', 'standby', 'standby']);
    await lab.post('/api/drills/mend', { drill: 'add' });
    await expectKept(await end(lab, 'add'));
  });

  it('has Telegram answer 429, and sees the bot wait as long as asked', async () => {
    const drill = await run('telegram-429');
    await expectKept(drill);
    expect(figure(drill, 'refusedPolls')).toBeGreaterThan(1);
    expect(figure(drill, 'shortestWaitMs')).toBeGreaterThanOrEqual(2900);
  });

  it('has Telegram answer with error pages until it is fixed', async () => {
    expect(await start('telegram-502')).toEqual({ ok: true });
    expect((await saying(lab, 'telegram-502', 'still refuses')).faults.telegram).toBe('502-html');
    await lab.post('/api/drills/mend', { drill: 'telegram-502' });
    const drill = await end(lab, 'telegram-502');
    await expectKept(drill);
    expect(figure(drill, 'refusedPolls')).toBeGreaterThanOrEqual(3);
  });

  it('has Telegram leave a poll unanswered, and sees the bot abandon it by itself', async () => {
    const drill = await run('telegram-hang');
    await expectKept(drill);
    // Not before the poll’s own timeout (2 s at this speed).
    expect(figure(drill, 'gaveUpAfterMs')).toBeGreaterThanOrEqual(2000);
  });

  it('stops the monitor, and sees its alarm', async () => {
    const drill = await run('stop-monitor');
    await expectKept(drill);
    const { sns } = await lab.state();
    const subjects = sns.map(({ subject }) => subject ?? '').filter((subject) => subject.includes('monitor'));
    expect(subjects.map((subject) => subject.split(':')[0])).toEqual(['ALARM', 'OK']);
  });

  it('sends a poison message: it becomes a dead letter, superadmins are alerted, all others are answered', async () => {
    const drill = await run('poison');
    await expectKept(drill);
    expect(figure(drill, 'deaths')).toBeGreaterThanOrEqual(2);
    expect(figure(drill, 'deaths')).toBeLessThanOrEqual(3);
    expect(await store('HLEN', 'bot_updates_dead')).toBe(1);
    const { inbox } = await lab.state();
    for (const id of ['2001', '2002']) {
      expect(inbox?.[id]?.notifications.map(({ text }) => text).join()).toMatch(/given up|не обработано/);
    }
  });

  it('makes most messages fail: the verdict says so, superadmins are alerted, and a roll-back ends it', async () => {
    const drill = await run('failing-handlers');
    await expectKept(drill);
    expect(figure(drill, 'failedUpdates')).toBeGreaterThanOrEqual(5);
    expect(figure(drill, 'noticedAfterMs')).toBeGreaterThanOrEqual(5000);
    expect(figure(drill, 'alertAfterMs')).toBeGreaterThan(0);
    const { inbox, health } = await lab.state();
    expect(health?.state).toBe('works');
    for (const id of ['2001', '2002']) {
      expect(inbox?.[id]?.notifications.map(({ text }) => text).join()).toContain(
        'price list cannot be read',
      );
    }
  });

  it('reports a broken promise if messages are lost', async () => {
    expect(await start('freeze')).toEqual({ ok: true });
    // Updates dropped while no worker polls can never be answered.
    await until(lab, ({ pendingUpdates }) => pendingUpdates > 3);
    await lab.post('/api/ops', { action: 'drop-updates' });
    await saying(lab, 'freeze', 'It is still frozen');
    await lab.post('/api/drills/mend', { drill: 'freeze' });
    const drill = await end(lab, 'freeze');
    expect(drill).toMatchObject({
      state: 'broken',
      why: { en: expect.stringMatching(/\d+ messages were lost/) },
    });
    expect(figure(drill, 'lost')).toBeGreaterThan(0);
    await until(lab, ({ workers }) => workers.every(({ frozen }) => !frozen));
  });
});
