import { beforeEach, describe, expect, it } from 'vitest';
import { deliveryReserveMs, runMonitor } from '../../../services/core/monitor/monitor.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../../../services/core/platform/bot-api.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { EcsError } from '../../../services/core/platform/worker-service.ts';
import { MonitorFixture } from '../../support/monitor-fixture.ts';

const minuteMs = 60_000;
let fixture: MonitorFixture;
beforeEach(async () => {
  fixture = await MonitorFixture.begin();
});

const refused = (status: number, retryAfterSeconds?: number) =>
  new BotApiRefusedError('sendMessage', { status, description: 'no', retryAfterSeconds });
const unreachable = new BotApiUnreachableError('sendMessage', 'HTTP 502', {
  aborted: false,
  cause: undefined,
});
const titlesTo = (chatId: string): string[] =>
  fixture.telegrams.filter((one) => one.chatId === chatId).map(({ text }) => text.split('\n')[0] ?? '');
const down = '🔴 Бот молчит 5 мин';
const back = '🟢 Бот снова работает';

describe('a channel that fails', () => {
  it('is retried by the next run, not by the same one', async () => {
    fixture.failures.set('101', refused(500));
    await fixture.goDown();
    expect(titlesTo('102')).toEqual([down]);
    fixture.failures.clear();
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 6 мин']);
    expect(titlesTo('102')).toEqual([down]);
  });

  it('gets a repeat mark if the message may have arrived', async () => {
    fixture.failures.set('101', unreachable);
    fixture.topicFailure = new Error('socket hang up');
    await fixture.goDown();
    fixture.failures.clear();
    fixture.topicFailure = undefined;
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 6 мин (возможен повтор)']);
    expect(fixture.published[0]?.text).toContain('возможен повтор');
  });

  it('gets "back" after a "down" that may have arrived, and each message once', async () => {
    fixture.failures.set('101', async () => {
      fixture.telegrams.push({ chatId: '101', text: down });
      throw unreachable;
    });
    await fixture.goDown();
    fixture.failures.clear();
    fixture.store.nowMs += minuteMs;
    await fixture.beat();
    await fixture.run();
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual([down, back]);
    expect(titlesTo('102')).toEqual([down, back]);
  });

  it('gets "back" in the app too if the store’s answer to "down" was lost', async () => {
    const { inbox } = fixture.ports;
    const { ports } = fixture;
    const losing = {
      ...inbox,
      push: async (...args: Parameters<typeof inbox.push>) => {
        await inbox.push(...args);
        throw new StoreUnreachableError('push-inbox-1', new Error('no answer in time'));
      },
    };
    await fixture.beat();
    await fixture.run();
    fixture.store.nowMs += fixture.settings.staleMs + 1;
    await runMonitor({ ...ports, inbox: losing }, fixture.settings, fixture.remainingMs);
    fixture.store.nowMs += minuteMs;
    await fixture.beat();
    await fixture.run();
    expect(await fixture.inbox('101')).toEqual([back, down]);
  });

  it('does not hold up the others even with an unexpected error, and the run fails', async () => {
    fixture.settings = {
      ...fixture.settings,
      superadminIds: Array.from({ length: 20 }, (_, index) => `${101 + index}`),
    };
    for (let poison = 101; poison <= 110; poison += 1)
      fixture.failures.set(String(poison), new Error('a bug'));
    await expect(fixture.goDown()).rejects.toThrow('a bug');
    await expect(fixture.runAfter(minuteMs)).rejects.toThrow('a bug');
    for (let well = 111; well <= 120; well += 1) expect(titlesTo(String(well)), String(well)).toEqual([down]);
    expect(fixture.published).toHaveLength(1);
  });

  it('waits for as long as Telegram asks', async () => {
    fixture.failures.set('101', refused(429, 150));
    await fixture.goDown();
    fixture.failures.clear();
    await fixture.runAfter(149_000);
    expect(titlesTo('101')).toEqual([]);
    await fixture.runAfter(1000);
    expect(titlesTo('101')).toHaveLength(1);
  });

  it.each([403, 400])('is given up for this outage after %i, and the others get theirs', async (status) => {
    fixture.failures.set('101', refused(status));
    await fixture.goDown();
    fixture.failures.clear();
    const report = await fixture.runAfter(minuteMs);
    expect(report.unfinishedDeliveries).toBe(0);
    expect(titlesTo('101')).toEqual([]);
    expect(await fixture.inbox('101')).toEqual([down]);
    expect(fixture.published).toHaveLength(1);
  });

  it('shows in the report how old the oldest undelivered alert is', async () => {
    fixture.failures.set('101', refused(500));
    await fixture.goDown();
    expect(await fixture.runAfter(minuteMs)).toMatchObject({
      unfinishedDeliveries: 1,
      oldestUndeliveredSeconds: 60,
    });
  });

  it('is given up if it is an inbox of the wrong type, without holding up the others', async () => {
    await fixture.store.command(['SET', fixture.keys.notifications('101'), 'a foreign value']);
    await fixture.goDown();
    expect(titlesTo('101')).toEqual([down]);
    expect(await fixture.inbox('102')).toEqual([down]);
  });
});

describe('a run that is killed', () => {
  /** Claims as a run does that dies before or after it sends. */
  async function claimAndDie(): Promise<void> {
    const { outages } = fixture.ports;
    const claim = await outages.claim('killed-run', 'killed-token');
    expect(claim).toBeDefined();
  }

  async function openOnly(): Promise<void> {
    await fixture.beat();
    await fixture.run();
    fixture.remainingMs = () => 0;
    await fixture.runAfter(fixture.settings.staleMs + 1);
    fixture.remainingMs = () => deliveryReserveMs + 1;
  }

  it('claims nothing if little time is left, and the next run sends', async () => {
    await openOnly();
    expect(fixture.telegrams).toEqual([]);
    await fixture.runAfter(minuteMs);
    expect(titlesTo('101')).toEqual(['🔴 Бот молчит 6 мин']);
  });

  it('keeps its claim for 45 seconds; then another run sends the message, marked', async () => {
    fixture.settings = { ...fixture.settings, superadminIds: [] };
    await openOnly();
    await claimAndDie();
    await fixture.runAfter(44_999);
    expect(fixture.published).toEqual([]);
    await fixture.runAfter(1);
    expect(fixture.published).toHaveLength(1);
    expect(fixture.published[0]?.text).toContain('возможен повтор');
  });

  it('leads to "back", not "down", if its claim ends after recovery', async () => {
    fixture.settings = { ...fixture.settings, superadminIds: [] };
    await openOnly();
    await claimAndDie();
    await fixture.beat();
    await fixture.runAfter(1000);
    await fixture.beat();
    await fixture.runAfter(minuteMs);
    await fixture.runAfter(1000);
    expect(fixture.published.map(({ subject }) => subject)).toEqual(['StaffProBot works again']);
  });

  it('cannot settle a delivery that another run has claimed since', async () => {
    fixture.settings = { ...fixture.settings, superadminIds: [] };
    await openOnly();
    const { outages } = fixture.ports;
    const late = await outages.claim('late-run', 'late-token');
    await fixture.runAfter(45_000);
    expect(late && (await outages.settle(late, { kind: 'sent' }))).toBe(false);
  });
});

describe('during an outage', () => {
  it('reminds once in each period, and only those who got "down"', async () => {
    fixture.failures.set('102', refused(403));
    await fixture.goDown();
    fixture.failures.clear();
    await fixture.runAfter(fixture.settings.reminderMs);
    await fixture.runAfter(minuteMs);
    await Promise.all([fixture.runAfter(fixture.settings.reminderMs), fixture.run()]);
    const still = '🔴 Бот всё ещё молчит, уже';
    expect(titlesTo('101').map((title) => title.replace(/ \d.*/, ''))).toEqual([
      '🔴 Бот молчит',
      still,
      still,
    ]);
    expect(titlesTo('102')).toEqual([]);
    expect(await fixture.inbox('101')).toHaveLength(3);
  });

  it('restarts the worker once if that is switched on, and audits it', async () => {
    fixture.settings = { ...fixture.settings, autoRestartMs: 10 * minuteMs };
    await fixture.goDown();
    await fixture.runAfter(10 * minuteMs - 1);
    expect(fixture.restarts).toBe(0);
    await Promise.all([fixture.runAfter(1), fixture.run(), fixture.run()]);
    await fixture.runAfter(minuteMs);
    await fixture.runAfter(10 * minuteMs);
    expect(fixture.restarts).toBe(1);
    expect(await fixture.auditEvents()).toEqual(['outage', 'restarted']);
  });

  it('restarts after a deployment in progress, not into it', async () => {
    fixture.settings = { ...fixture.settings, autoRestartMs: minuteMs };
    fixture.ecsState = { ...fixture.ecsState, deploying: true };
    await fixture.goDown();
    await fixture.runAfter(minuteMs);
    expect(fixture.restarts).toBe(0);
    fixture.ecsState = { ...fixture.ecsState, deploying: false };
    await fixture.runAfter(minuteMs);
    expect(fixture.restarts).toBe(1);
  });

  it('does not repeat a restart that may have succeeded', async () => {
    fixture.settings = { ...fixture.settings, autoRestartMs: minuteMs };
    fixture.restartFailure = new EcsError('UpdateService', new Error('socket hang up'));
    await fixture.goDown();
    await fixture.runAfter(minuteMs);
    await fixture.runAfter(minuteMs);
    expect(fixture.restarts).toBe(1);
  });

  it('does not restart the worker unless that is switched on', async () => {
    await fixture.goDown();
    await fixture.runAfter(24 * 3600_000);
    expect(fixture.restarts).toBe(0);
  });

  it('alerts without the facts of ECS if ECS does not answer', async () => {
    fixture.ecsFailure = new EcsError('DescribeServices', new Error('throttled'));
    await fixture.goDown();
    expect(titlesTo('101')).toEqual([down]);
    expect(fixture.telegrams[0]?.text).not.toContain('ECS');
  });
});
