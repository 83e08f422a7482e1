import { beforeEach, describe, expect, it } from 'vitest';
import { deliveryReserveMs, runMonitor } from '../../../services/core/monitor/monitor.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let watch: MonitorFixture;
beforeEach(async () => {
  watch = await MonitorFixture.begin();
});

const refused = (status: number, retryAfterSeconds?: number) =>
  new BotApiRefusedError('sendMessage', { status, description: 'no', retryAfterSeconds });
const unreachable = new BotApiUnreachableError('sendMessage', 'HTTP 502', {
  aborted: false,
  cause: undefined,
});
const told = (chatId: string): string[] =>
  watch.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');
const down = '🔴 Бот молчит 5 мин';
const back = '🟢 Бот снова работает';

describe('a channel that fails', () => {
  it('is tried again by the next run, not by the same', async () => {
    watch.failures.set('101', refused(500));
    await watch.goDown();
    expect(told('102')).toEqual([down]);
    watch.failures.clear();
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual(['🔴 Бот молчит 6 мин']);
    expect(told('102')).toEqual([down]);
  });

  it('is marked as a possible repeat where the message may have arrived', async () => {
    watch.failures.set('101', unreachable);
    watch.topicFailure = new Error('socket hang up');
    await watch.goDown();
    watch.failures.clear();
    watch.topicFailure = undefined;
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual(['🔴 Бот молчит 6 мин (возможен повтор)']);
    expect(watch.published[0]?.text).toContain('возможен повтор');
  });

  it('is told "back" after a message that may have arrived, and nobody twice', async () => {
    watch.failures.set('101', async () => {
      watch.telegrams.push({ chatId: '101', text: down });
      throw unreachable;
    });
    await watch.goDown();
    watch.failures.clear();
    watch.store.nowMs += minuteMs;
    await watch.beat();
    await watch.run();
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual([down, back]);
    expect(told('102')).toEqual([down, back]);
  });

  it('is told "back" in the app too when the store took the message and its answer was lost', async () => {
    const { inbox } = watch.ports;
    const { ports } = watch;
    const losing = {
      ...inbox,
      push: async (...args: Parameters<typeof inbox.push>) => {
        await inbox.push(...args);
        throw new StoreUnreachableError('push-inbox-1', new Error('no answer in time'));
      },
    };
    await watch.beat();
    await watch.run();
    watch.store.nowMs += watch.settings.staleMs + 1;
    await runMonitor({ ...ports, inbox: losing }, watch.settings, watch.remainingMs);
    watch.store.nowMs += minuteMs;
    await watch.beat();
    await watch.run();
    expect(await watch.inbox('101')).toEqual([back, down]);
  });

  it('does not hold up the others when it fails in a way that nobody foresaw, and the run fails', async () => {
    watch.settings = {
      ...watch.settings,
      superadminIds: Array.from({ length: 20 }, (_, index) => `${101 + index}`),
    };
    for (let poison = 101; poison <= 110; poison += 1) watch.failures.set(String(poison), new Error('a bug'));
    await expect(watch.goDown()).rejects.toThrow('a bug');
    await expect(watch.runAfter(minuteMs)).rejects.toThrow('a bug');
    for (let well = 111; well <= 120; well += 1) expect(told(String(well)), String(well)).toEqual([down]);
    expect(watch.published).toHaveLength(1);
  });

  it('waits for as long as Telegram asks', async () => {
    watch.failures.set('101', refused(429, 150));
    await watch.goDown();
    watch.failures.clear();
    await watch.runAfter(149_000);
    expect(told('101')).toEqual([]);
    await watch.runAfter(1000);
    expect(told('101')).toHaveLength(1);
  });

  it.each([403, 400])('is given up for this outage after %i, and the others go', async (status) => {
    watch.failures.set('101', refused(status));
    await watch.goDown();
    watch.failures.clear();
    const report = await watch.runAfter(minuteMs);
    expect(report.unfinishedDeliveries).toBe(0);
    expect(told('101')).toEqual([]);
    expect(await watch.inbox('101')).toEqual([down]);
    expect(watch.published).toHaveLength(1);
  });

  it('reports how old the oldest undelivered notice is', async () => {
    watch.failures.set('101', refused(500));
    await watch.goDown();
    expect(await watch.runAfter(minuteMs)).toMatchObject({
      unfinishedDeliveries: 1,
      oldestUndeliveredSeconds: 60,
    });
  });

  it('gives up an inbox of the wrong type without holding up the others', async () => {
    await watch.store.command(['SET', watch.keys.notifications('101'), 'a stranger']);
    await watch.goDown();
    expect(told('101')).toEqual([down]);
    expect(await watch.inbox('102')).toEqual([down]);
  });
});

describe('a run that is killed', () => {
  /** Claims as a run does that dies before or after it sends. */
  async function claimAndDie(): Promise<void> {
    const { outages } = watch.ports;
    const claim = await outages.claim('killed-run', 'killed-token');
    expect(claim).toBeDefined();
  }

  async function openOnly(): Promise<void> {
    await watch.beat();
    await watch.run();
    watch.remainingMs = () => 0;
    await watch.runAfter(watch.settings.staleMs + 1);
    watch.remainingMs = () => deliveryReserveMs + 1;
  }

  it('with little time left claims nothing, and the next run sends', async () => {
    await openOnly();
    expect(watch.telegrams).toEqual([]);
    await watch.runAfter(minuteMs);
    expect(told('101')).toEqual(['🔴 Бот молчит 6 мин']);
  });

  it('leaves its claim alone for 45 seconds; then it is told, marked', async () => {
    watch.settings = { ...watch.settings, superadminIds: [] };
    await openOnly();
    await claimAndDie();
    await watch.runAfter(44_999);
    expect(watch.published).toEqual([]);
    await watch.runAfter(1);
    expect(watch.published).toHaveLength(1);
    expect(watch.published[0]?.text).toContain('возможен повтор');
  });

  it('is told "back", not "down", when its claim ends after recovery', async () => {
    watch.settings = { ...watch.settings, superadminIds: [] };
    await openOnly();
    await claimAndDie();
    await watch.beat();
    await watch.runAfter(1000);
    await watch.beat();
    await watch.runAfter(minuteMs);
    await watch.runAfter(1000);
    expect(watch.published.map(({ subject }) => subject)).toEqual(['StaffProBot works again']);
  });

  it('cannot settle what another run has claimed since', async () => {
    watch.settings = { ...watch.settings, superadminIds: [] };
    await openOnly();
    const { outages } = watch.ports;
    const late = await outages.claim('late-run', 'late-token');
    await watch.runAfter(45_000);
    expect(late && (await outages.settle(late, { kind: 'sent' }))).toBe(false);
  });
});

describe('while an outage lasts', () => {
  it('reminds once for each period, and only those who were told', async () => {
    watch.failures.set('102', refused(403));
    await watch.goDown();
    watch.failures.clear();
    await watch.runAfter(watch.settings.reminderMs);
    await watch.runAfter(minuteMs);
    await Promise.all([watch.runAfter(watch.settings.reminderMs), watch.run()]);
    const still = '🔴 Бот всё ещё молчит, уже';
    expect(told('101').map((title) => title.replace(/ \d.*/, ''))).toEqual(['🔴 Бот молчит', still, still]);
    expect(told('102')).toEqual([]);
    expect(await watch.inbox('101')).toHaveLength(3);
  });

  it('restarts the worker once, when that is switched on, and says so in the audit trail', async () => {
    watch.settings = { ...watch.settings, autoRestartMs: 10 * minuteMs };
    await watch.goDown();
    await watch.runAfter(10 * minuteMs - 1);
    expect(watch.restarts).toBe(0);
    await Promise.all([watch.runAfter(1), watch.run(), watch.run()]);
    await watch.runAfter(minuteMs);
    await watch.runAfter(10 * minuteMs);
    expect(watch.restarts).toBe(1);
    expect(await watch.auditEvents()).toEqual(['outage', 'restarted']);
  });

  it('does not restart into a deployment, but after it', async () => {
    watch.settings = { ...watch.settings, autoRestartMs: minuteMs };
    watch.ecsState = { ...watch.ecsState, deploying: true };
    await watch.goDown();
    await watch.runAfter(minuteMs);
    expect(watch.restarts).toBe(0);
    watch.ecsState = { ...watch.ecsState, deploying: false };
    await watch.runAfter(minuteMs);
    expect(watch.restarts).toBe(1);
  });

  it('does not repeat a restart that may have worked', async () => {
    watch.settings = { ...watch.settings, autoRestartMs: minuteMs };
    watch.restartFailure = new EcsError('UpdateService', new Error('socket hang up'));
    await watch.goDown();
    await watch.runAfter(minuteMs);
    await watch.runAfter(minuteMs);
    expect(watch.restarts).toBe(1);
  });

  it('does not restart by itself unless that is switched on', async () => {
    await watch.goDown();
    await watch.runAfter(24 * 3600_000);
    expect(watch.restarts).toBe(0);
  });

  it('says what it can when ECS does not answer', async () => {
    watch.ecsFailure = new EcsError('DescribeServices', new Error('throttled'));
    await watch.goDown();
    expect(told('101')).toEqual([down]);
    expect(watch.telegrams[0]?.text).not.toContain('ECS');
  });
});
