/** The lease with real processes, real signals and, where there is one, a real Redis. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BotStage,
  botToken,
  keys,
  observe,
  startBotStage,
  type WorkerProcess,
} from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';

const tokens = ['client-a-of-the-store', 'client-b-of-the-store', 'client-c-of-the-store'] as const;
let stage: BotStage;
let chat = 100;

beforeEach(async () => {
  stage = await startBotStage(tokens);
});
afterEach(() => stage.stop());

/** Two polls open at once, or a poll that another one ended while somebody still listened. */
function expectOnePoller(): void {
  const { overlaps, recentOverlaps } = stage.telegram.state(botToken);
  expect(recentOverlaps).toEqual([]);
  expect(overlaps).toBe(0);
}

/** A message of a new chat is answered, by whoever leads. */
async function converse(): Promise<void> {
  const chatId = ++chat;
  stage.telegram.pushText(botToken, { chatId, text: '/get_chat_id' });
  await stage.telegram.waitForSentMessage(botToken, (message) => message.chat_id === chatId, 50_000);
}

/** A leader, and standbys that say for whom they wait. */
async function startWorkers(count: number): Promise<WorkerProcess[]> {
  const leader = await stage.worker({}, tokens[0]);
  await leader.says(/leading/);
  const standbys: WorkerProcess[] = [];
  for (let index = 1; index < count; index++) {
    const standby = await stage.worker({}, tokens[index]);
    await standby.says(new RegExp(`standing by: the lock is held by host .*, pid ${leader.pid},`));
    standbys.push(standby);
  }
  await converse();
  return [leader, ...standbys];
}

function pair(workers: readonly WorkerProcess[]): [WorkerProcess, WorkerProcess] {
  const [leader, standby] = workers;
  if (leader === undefined || standby === undefined) throw new Error('two workers are needed');
  return [leader, standby];
}

const holderPid = async (): Promise<number> => JSON.parse(await stage.lockOtherThan()).pid;

describe('two workers', () => {
  it('hand over on SIGTERM, and the standby was healthy all the time', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const health = await fetch(standby.healthUrl);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({
      role: 'standby',
      waitingFor: expect.stringContaining(`pid ${leader.pid}`),
    });
    leader.signal('SIGTERM');
    expect(await leader.ended).toBe(0);
    await converse();
    expect(await holderPid()).toBe(standby.pid);
    expectOnePoller();
  });

  it('hand over after kill -9, when the lease has run out', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const before = await stage.get(keys.lock);
    leader.signal('SIGKILL');
    await leader.ended;
    await stage.lockOtherThan(before);
    await converse();
    expect(await holderPid()).toBe(standby.pid);
    expectOnePoller();
  });

  it('are never two: a leader that was stopped and goes on sends nothing', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const before = await stage.get(keys.lock);
    // A call that is on its way to the socket when the process stops leaves it when it goes on: no program can tell.
    await stage.telegram.waitForState(botToken, ({ parkedPoll }) => parkedPoll?.ghost === false);
    stage.telegram.fault({ token: botToken, method: 'getUpdates', kind: 'delay', delayMs: 300, times: 1 });
    leader.signal('SIGSTOP');
    const value = await stage.lockOtherThan(before);
    await converse();
    const sentBefore = stage.telegram.state(botToken).sentMessagesTotal;
    leader.signal('SIGCONT');
    await leader.says(/stepping down/);
    await until('the resumed one stands by', () =>
      /stepping down[\s\S]*standing by/.test(leader.output()) ? true : undefined,
    );
    expect(stage.telegram.state(botToken).sentMessagesTotal).toBe(sentBefore);
    expect(await stage.get(keys.lock)).toBe(value);
    await converse();
    expect(await holderPid()).toBe(standby.pid);
    expectOnePoller();
  });

  it('change places when the store is out of reach for the leader alone', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const before = await stage.get(keys.lock);
    stage.redis.faults.set(tokens[0], { kind: 'hang' });
    // The test reads the store as the first client too, so it has to wait for what the standby says.
    await standby.says(/leading/);
    await leader.says(/stepping down: expired/);
    stage.redis.faults.set(tokens[0], { kind: 'none' });
    await converse();
    expect(await stage.lockOtherThan(before)).toContain(`"pid":${standby.pid}`);
    expectOnePoller();
  });

  it('wait out a quarantine and stay one when the store is emptied', async () => {
    await startWorkers(2);
    const before = await stage.get(keys.lock);
    await stage.store.command(['FLUSHALL']);
    await converse();
    await stage.lockOtherThan(before);
    await converse();
    const { epoch, held } = await observe(stage.store);
    expect(epoch).toBeGreaterThan(0);
    expect(held?.value).toContain('"env":"production"');
    expectOnePoller();
  });

  it('leave a stranger’s lock as it is, and take over when it ends', async () => {
    const stranger = '{"host":"the python bot","pid":1}';
    await stage.store.command(['SET', keys.lock, stranger, 'PX', '4000']);
    const worker = await stage.worker();
    await worker.says(/standing by: the lock is held by host the python bot/);
    expect(await stage.get(keys.lock)).toBe(stranger);
    await converse();
    expect(await holderPid()).toBe(worker.pid);
  });
});

describe('three workers', () => {
  it('are replaced one after another without two polls at once', async () => {
    const old = await startWorkers(3);
    for (const [index, worker] of old.entries()) {
      const fresh = await stage.worker({}, tokens[index]);
      await fresh.says(/standing by|leading/);
      worker.signal('SIGTERM');
      expect(await worker.ended).toBe(0);
      await converse();
    }
    expect(old.map(({ pid }) => pid)).not.toContain(await holderPid());
    expectOnePoller();
  });
});

describe('an idle pair', () => {
  it('asks the store once a renewal, and the standby about once a lease', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const commandsOf = async (worker: WorkerProcess): Promise<number> => {
      const text = await (await fetch(worker.metricsUrl)).text();
      const counts = text.matchAll(
        /^staffprobot_bot_store_commands_total\{script="(?!ping)[^"]*"\} (\d+)$/gm,
      );
      return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
    };
    const renewals = async (): Promise<number> => {
      const text = await (await fetch(leader.metricsUrl)).text();
      return Number(/script="renew-polling-lock-4"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const [leaderBefore, standbyBefore, renewalsBefore] = [
      await commandsOf(leader),
      await commandsOf(standby),
      await renewals(),
    ];
    // Nine renewals of one second each are three leases.
    const after = await until('nine renewals', async () =>
      (await renewals()) >= renewalsBefore + 9 ? await renewals() : undefined,
    );
    expect((await commandsOf(leader)) - leaderBefore).toBeLessThanOrEqual(after - renewalsBefore + 1);
    // A standby looks when the lease would end: the later the renewal, the longer its sleep.
    expect((await commandsOf(standby)) - standbyBefore).toBeLessThanOrEqual((after - renewalsBefore) / 2 + 2);
  });
});
