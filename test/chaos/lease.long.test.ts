/** The lease with real processes, real signals and, where available, a real Redis. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type BotFixture,
  botToken,
  keys,
  observe,
  startBotFixture,
  type WorkerProcess,
} from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';

const tokens = ['client-a-of-the-store', 'client-b-of-the-store', 'client-c-of-the-store'] as const;
let fixture: BotFixture;
let chat = 100;

beforeEach(async () => {
  fixture = await startBotFixture(tokens);
});
afterEach(() => fixture.stop());

/** Fails if two polls were open at once, or if one poll ended another whose client still listened. */
function expectOnePoller(): void {
  const { overlaps, recentOverlaps } = fixture.telegram.state(botToken);
  expect(recentOverlaps).toEqual([]);
  expect(overlaps).toBe(0);
}

/** Waits until the leader answers a message in a new chat. */
async function converse(): Promise<void> {
  const chatId = ++chat;
  fixture.telegram.pushText(botToken, { chatId, text: '/get_chat_id' });
  await fixture.telegram.waitForSentMessage(botToken, (message) => message.chat_id === chatId, 50_000);
}

/** A leader, and standbys that name it as the holder. */
async function startWorkers(count: number): Promise<WorkerProcess[]> {
  const leader = await fixture.worker({}, tokens[0]);
  await leader.says(/leading/);
  const standbys: WorkerProcess[] = [];
  for (let index = 1; index < count; index++) {
    const standby = await fixture.worker({}, tokens[index]);
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

const holderPid = async (): Promise<number> => JSON.parse(await fixture.lockOtherThan()).pid;

describe('two workers', () => {
  it('hand over on SIGTERM; the standby is healthy before', async () => {
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

  it('hand over after kill -9, once the lease has expired', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const before = await fixture.get(keys.lock);
    leader.signal('SIGKILL');
    await leader.ended;
    await fixture.lockOtherThan(before);
    await converse();
    expect(await holderPid()).toBe(standby.pid);
    expectOnePoller();
  });

  it('never both act: a leader that resumes after SIGSTOP sends nothing', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const before = await fixture.get(keys.lock);
    // A call already on its way to the socket leaves when the process resumes; no program can prevent that.
    await fixture.telegram.waitForState(botToken, ({ parkedPoll }) => parkedPoll?.ghost === false);
    fixture.telegram.fault({ token: botToken, method: 'getUpdates', kind: 'delay', delayMs: 300, times: 1 });
    leader.signal('SIGSTOP');
    const value = await fixture.lockOtherThan(before);
    await converse();
    const sentBefore = fixture.telegram.state(botToken).sentMessagesTotal;
    leader.signal('SIGCONT');
    await leader.says(/stepping down/);
    await until('the resumed worker stands by', () =>
      /stepping down[\s\S]*standing by/.test(leader.output()) ? true : undefined,
    );
    expect(fixture.telegram.state(botToken).sentMessagesTotal).toBe(sentBefore);
    expect(await fixture.get(keys.lock)).toBe(value);
    await converse();
    expect(await holderPid()).toBe(standby.pid);
    expectOnePoller();
  });

  it('hand over if only the leader cannot reach the store', async () => {
    const [leader, standby] = pair(await startWorkers(2));
    const before = await fixture.get(keys.lock);
    fixture.redis.faults.set(tokens[0], { kind: 'hang' });
    // The test reads the store as the first client too, so it waits for the standby's log instead.
    await standby.says(/leading/);
    await leader.says(/stepping down: expired/);
    fixture.redis.faults.set(tokens[0], { kind: 'none' });
    await converse();
    expect(await fixture.lockOtherThan(before)).toContain(`"pid":${standby.pid}`);
    expectOnePoller();
  });

  it('wait out the quarantine of a wiped store, and only one polls', async () => {
    await startWorkers(2);
    const before = await fixture.get(keys.lock);
    await fixture.store.command(['FLUSHALL']);
    await converse();
    await fixture.lockOtherThan(before);
    await converse();
    const { epoch, held } = await observe(fixture.store);
    expect(epoch).toBeGreaterThan(0);
    expect(held?.value).toContain('"env":"production"');
    expectOnePoller();
  });

  it('leave a foreign lock alone and take over once it expires', async () => {
    const foreignValue = '{"host":"the python bot","pid":1}';
    await fixture.store.command(['SET', keys.lock, foreignValue, 'PX', '4000']);
    const worker = await fixture.worker();
    await worker.says(/standing by: the lock is held by host the python bot/);
    expect(await fixture.get(keys.lock)).toBe(foreignValue);
    await converse();
    expect(await holderPid()).toBe(worker.pid);
  });
});

describe('three workers', () => {
  it('are replaced one by one without overlapping polls', async () => {
    const old = await startWorkers(3);
    for (const [index, worker] of old.entries()) {
      const fresh = await fixture.worker({}, tokens[index]);
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
  it('costs one request per renewal, and the standby about one per TTL', async () => {
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
      return Number(/script="renew-polling-lock-5"\} (\d+)/.exec(text)?.[1] ?? 0);
    };
    const [leaderBefore, standbyBefore, renewalsBefore] = [
      await commandsOf(leader),
      await commandsOf(standby),
      await renewals(),
    ];
    // Nine renewals, one a second, are three TTLs.
    const after = await until('nine renewals', async () =>
      (await renewals()) >= renewalsBefore + 9 ? await renewals() : undefined,
    );
    expect((await commandsOf(leader)) - leaderBefore).toBeLessThanOrEqual(after - renewalsBefore + 1);
    // A standby looks when the lease would expire; how long it sleeps depends on the last renewal.
    expect((await commandsOf(standby)) - standbyBefore).toBeLessThanOrEqual((after - renewalsBefore) / 2 + 2);
  });
});
