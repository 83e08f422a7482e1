import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metrics } from '../../../functions/heartbeat-monitor/contract.ts';
import { composeMonitor, type MonitorHandler } from '../../../functions/heartbeat-monitor/handler.ts';
import { metricDimension, metricNamespace } from '../../../functions/shared/contract.ts';
import { botToken, FunctionFixture, stores, superadmins } from '../../support/function-fixture.ts';

describe.each(stores)('the heartbeat monitor on $name', ({ path, missing }) => {
  describe.skipIf(missing)('with everything around it', () => {
    let fixture: FunctionFixture;
    let monitor: MonitorHandler;

    beforeAll(async () => {
      fixture = await FunctionFixture.open(path);
    });
    afterAll(() => fixture?.close());
    beforeEach(() => {
      monitor = composeMonitor(fixture.environment(), fixture.seams);
    });
    afterEach(async () => {
      fixture.telegram.fault({ kind: 'none' });
      fixture.aws.clearFaults();
      await fixture.clear();
    });

    /** What each superadmin got in Telegram while `act` ran. */
    async function titlesDuring(act: () => Promise<unknown>): Promise<Record<string, readonly string[]>> {
      const before = fixture.telegram.state(botToken).sentMessages.length;
      await act();
      return Object.fromEntries(
        superadmins.map((id) => [
          id,
          fixture.messagesTo(id, before).map(({ text }) => String(text).split('\n')[0] ?? ''),
        ]),
      );
    }

    it('alerts nobody while the heartbeat is fresh, and writes its metric last', async () => {
      await fixture.beat(10_000);
      fixture.lines.length = 0;
      const titles = await titlesDuring(() => monitor({}));
      expect(Object.values(titles).flat()).toEqual([]);
      const metric = JSON.parse(fixture.lines.at(-1) ?? '');
      expect(metric).toMatchObject({
        [metrics.pass]: 1,
        [metrics.outageOpen]: 0,
      });
      expect(metric[metrics.heartbeatAge]).toBeGreaterThanOrEqual(10);
      expect(metric._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name)).toContain(
        metrics.pass,
      );
    });

    it('writes its metric under its deployed name, as the alarms of its stack expect', async () => {
      const deployedName = 'StaffProBot-second-MonitorFunction-Ab1';
      fixture.lines.length = 0;
      await composeMonitor(
        fixture.environment({ AWS_LAMBDA_FUNCTION_NAME: deployedName }),
        fixture.seams,
      )({});
      const metric = JSON.parse(fixture.lines.at(-1) ?? '');
      expect(metric[metricDimension]).toBe(deployedName);
      expect(metric._aws.CloudWatchMetrics).toMatchObject([
        { Namespace: metricNamespace, Dimensions: [[metricDimension]] },
      ]);
    });

    it('alerts every superadmin once in the app and in Telegram, and SNS, if the heartbeat is stale', async () => {
      await fixture.beat(301_000);
      fixture.service = {
        ...fixture.service,
        running: 0,
        stoppedTasks: [{ arn: 'task/1', stoppedReason: 'OutOfMemoryError', stoppedAtSeconds: 1 }],
      };
      const published = fixture.aws.published.length;
      const titles = await titlesDuring(async () => {
        await monitor({});
        await monitor({});
      });
      fixture.service = { ...fixture.service, running: 1, stoppedTasks: [] };
      for (const id of superadmins) {
        expect(titles[id]).toEqual(['🔴 Бот молчит 5 мин']);
        const { entries } = await fixture.inbox.list(id, { skip: 0, count: 10 });
        expect(entries).toMatchObject([{ type: 'SYSTEM_MAINTENANCE', priority: 'URGENT', read: false }]);
        expect(entries[0]?.text).toContain(
          'Запущено задач: 0 из 1; последняя остановилась: OutOfMemoryError',
        );
      }
      expect(fixture.aws.published.slice(published)).toMatchObject([{ subject: 'StaffProBot is down' }]);
      expect(fixture.aws.published.at(-1)?.message).toMatch(
        /\nПочинить: npx staffprobot recover\nИнструкция: docs\/runbook\.md#no-task-running$/,
      );
      const { memory } = await fixture.outages.observe({ noteRun: false });
      expect(await fixture.get(fixture.keys.alertSent)).toBe(memory.outage?.id);
    });

    it('alerts once even if ten runs meet at the same moment', async () => {
      await fixture.beat(301_000);
      const published = fixture.aws.published.length;
      const runs = Array.from({ length: 10 }, () => composeMonitor(fixture.environment(), fixture.seams));
      const titles = await titlesDuring(() => Promise.all(runs.map((run) => run({}))));
      for (const id of superadmins) {
        expect(titles[id]).toHaveLength(1);
        expect((await fixture.inbox.list(id, { skip: 0, count: 10 })).total).toBe(1);
      }
      expect(fixture.aws.published.length - published).toBe(1);
    });

    it('clears the flag and sends "back" to those who got "down"', async () => {
      await fixture.beat(301_000);
      fixture.telegram.fault({ method: 'sendMessage', chatId: 102, kind: '403-blocked' });
      await monitor({});
      fixture.telegram.fault({ kind: 'none' });
      await fixture.beat();
      const titles = await titlesDuring(async () => {
        await monitor({});
        await monitor({});
      });
      expect(titles).toEqual({
        '101': ['🟢 Бот снова работает'],
        '102': [],
        '103': ['🟢 Бот снова работает'],
      });
      expect(await fixture.get(fixture.keys.alertSent)).toBeNull();
    });

    it.each([
      ['500', '🔴 Бот молчит 5 мин (возможен повтор)'],
      ['502-html', '🔴 Бот молчит 5 мин (возможен повтор)'],
      ['reset', '🔴 Бот молчит 5 мин (возможен повтор)'],
      ['401', '🔴 Бот молчит 5 мин'],
    ] as const)(
      'retries a recipient after %s in the next run, and holds up no other',
      async (kind, title) => {
        await fixture.beat(301_000);
        fixture.telegram.fault({ method: 'sendMessage', chatId: 101, kind, times: 1 });
        const first = await titlesDuring(() => monitor({}));
        expect(first).toMatchObject({
          '101': [],
          '102': ['🔴 Бот молчит 5 мин'],
          '103': ['🔴 Бот молчит 5 мин'],
        });
        const second = await titlesDuring(() => monitor({}));
        expect(second).toEqual({ '101': [title], '102': [], '103': [] });
      },
    );

    it('waits as long as Telegram asks, for that recipient only', async () => {
      await fixture.beat(301_000);
      fixture.telegram.fault({ method: 'sendMessage', chatId: 101, kind: '429', retryAfter: 600, times: 1 });
      const titles = await titlesDuring(async () => {
        await monitor({});
        await monitor({});
      });
      expect(titles).toMatchObject({ '101': [], '102': ['🔴 Бот молчит 5 мин'] });
      expect((await fixture.outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(1);
    });

    it.each(['403-blocked', '400-chat-not-found'] as const)(
      'gives up a recipient after %s, for this outage',
      async (kind) => {
        await fixture.beat(301_000);
        fixture.telegram.fault({ method: 'sendMessage', chatId: 103, kind, times: 1 });
        const titles = await titlesDuring(async () => {
          await monitor({});
          await monitor({});
        });
        expect(titles).toMatchObject({ '101': ['🔴 Бот молчит 5 мин'], '103': [] });
        expect((await fixture.inbox.list('103', { skip: 0, count: 10 })).total).toBe(1);
      },
    );

    it('publishes again if SNS failed', async () => {
      await fixture.beat(301_000);
      const published = fixture.aws.published.length;
      fixture.aws.fault({ service: 'sns', kind: 'throttle', times: 1 });
      await monitor({});
      expect(fixture.aws.published.length).toBe(published);
      await monitor({});
      expect(fixture.aws.published.length).toBe(published + 1);
    });

    it('claims nothing if its time is nearly over, and leaves the alerts to the next run', async () => {
      await fixture.beat(301_000);
      const short = await titlesDuring(() => monitor({}, { getRemainingTimeInMillis: () => 5000 }));
      expect(Object.values(short).flat()).toEqual([]);
      expect(await fixture.get(fixture.keys.alertSent)).not.toBeNull();
      const next = await titlesDuring(() => monitor({}, { getRemainingTimeInMillis: () => 59_000 }));
      expect(Object.values(next).flat()).toHaveLength(3);
    });

    it('throws, alerts nobody and writes no metric if the store cannot be read', async () => {
      await fixture.beat(301_000);
      fixture.lines.length = 0;
      const away = composeMonitor(
        fixture.environment({ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' }),
        fixture.seams,
      );
      const titles = await titlesDuring(() => expect(away({})).rejects.toThrow(/no usable answer/));
      const refusedToken = composeMonitor(
        fixture.environment({ UPSTASH_REDIS_REST_TOKEN: 'a wrong-token'.replace(' ', '-') }),
        fixture.seams,
      );
      await expect(refusedToken({})).rejects.toThrow(/WRONGPASS|refused/);
      expect(Object.values(titles).flat()).toEqual([]);
      expect(fixture.lines.join('')).not.toContain(metrics.pass);
    });

    it('names every invalid setting, and works once they are valid', async () => {
      const wrong = composeMonitor({ TELEGRAM_BOT_TOKEN_DEV: 'nonsense' }, fixture.seams);
      await expect(wrong({})).rejects.toThrow(
        /TELEGRAM_BOT_TOKEN_DEV: expected[\s\S]+UPSTASH_REDIS_REST_URL/,
      );
      await expect(wrong({})).rejects.not.toThrow(/nonsense/);
    });

    it('writes no token to any output', async () => {
      await fixture.beat(301_000, `fetch failed: ${fixture.telegram.url}/bot${botToken}/getUpdates`);
      fixture.telegram.fault({ method: 'sendMessage', chatId: 101, kind: 'truncated', times: 1 });
      await monitor({});
      const inbox = JSON.stringify(await fixture.inbox.list('101', { skip: 0, count: 100 }));
      const telegrams = JSON.stringify(fixture.telegram.state(botToken).sentMessages);
      const output = [...fixture.lines, inbox, telegrams, JSON.stringify(fixture.aws.published)].join('\n');
      expect(telegrams).toContain('[redacted]');
      expect(output).toContain('delivery failed');
      for (const secret of [
        botToken,
        botToken.split(':')[1] ?? '',
        'function-stage-store-token',
        'emulated-secret',
      ]) {
        expect(output).not.toContain(secret);
      }
    });
  });
});
