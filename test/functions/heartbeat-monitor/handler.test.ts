import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metricDimension, metricNamespace, metrics } from '../../../functions/heartbeat-monitor/contract.ts';
import { composeMonitor, type MonitorHandler } from '../../../functions/heartbeat-monitor/handler.ts';
import { botToken, FunctionFixture, stores, superadmins } from '../../support/function-fixture.ts';

describe.each(stores)('the heartbeat monitor on $name', ({ path, missing }) => {
  describe.skipIf(missing)('with everything around it', () => {
    let stage: FunctionFixture;
    let monitor: MonitorHandler;

    beforeAll(async () => {
      stage = await FunctionFixture.open(path);
    });
    afterAll(() => stage?.close());
    beforeEach(() => {
      monitor = composeMonitor(stage.environment(), stage.seams);
    });
    afterEach(async () => {
      stage.telegram.fault({ kind: 'none' });
      stage.aws.clearFaults();
      await stage.clear();
    });

    /** What each superadmin got in Telegram while `act` ran. */
    async function toldDuring(act: () => Promise<unknown>): Promise<Record<string, readonly string[]>> {
      const before = stage.telegram.state(botToken).sentMessages.length;
      await act();
      return Object.fromEntries(
        superadmins.map((id) => [
          id,
          stage.messagesTo(id, before).map(({ text }) => String(text).split('\n')[0] ?? ''),
        ]),
      );
    }

    it('tells nobody of a fresh heartbeat, and writes its metric last', async () => {
      await stage.beat(10_000);
      stage.lines.length = 0;
      const told = await toldDuring(() => monitor({}));
      expect(Object.values(told).flat()).toEqual([]);
      const metric = JSON.parse(stage.lines.at(-1) ?? '');
      expect(metric).toMatchObject({
        [metrics.pass]: 1,
        [metrics.outageOpen]: 0,
      });
      expect(metric[metrics.heartbeatAge]).toBeGreaterThanOrEqual(10);
      expect(metric._aws.CloudWatchMetrics[0].Metrics.map(({ Name }: { Name: string }) => Name)).toContain(
        metrics.pass,
      );
    });

    it('writes its metric under the name that Lambda has given it, as the alarms of its stack ask for it', async () => {
      const deployedName = 'StaffProBot-second-MonitorFunction-Ab1';
      stage.lines.length = 0;
      await composeMonitor(stage.environment({ AWS_LAMBDA_FUNCTION_NAME: deployedName }), stage.seams)({});
      const metric = JSON.parse(stage.lines.at(-1) ?? '');
      expect(metric[metricDimension]).toBe(deployedName);
      expect(metric._aws.CloudWatchMetrics).toMatchObject([
        { Namespace: metricNamespace, Dimensions: [[metricDimension]] },
      ]);
    });

    it('tells every superadmin once in the app, by Telegram and through SNS when the heartbeat is stale', async () => {
      await stage.beat(301_000);
      stage.service = {
        ...stage.service,
        running: 0,
        stoppedTasks: [{ arn: 'task/1', stoppedReason: 'OutOfMemoryError', stoppedAtSeconds: 1 }],
      };
      const published = stage.aws.published.length;
      const told = await toldDuring(async () => {
        await monitor({});
        await monitor({});
      });
      stage.service = { ...stage.service, running: 1, stoppedTasks: [] };
      for (const id of superadmins) {
        expect(told[id]).toEqual(['🔴 Бот молчит 5 мин']);
        const { entries } = await stage.inbox.list(id, { skip: 0, count: 10 });
        expect(entries).toMatchObject([{ type: 'SYSTEM_MAINTENANCE', priority: 'URGENT', read: false }]);
        expect(entries[0]?.text).toContain(
          'Запущено задач: 0 из 1; последняя остановилась: OutOfMemoryError',
        );
      }
      expect(stage.aws.published.slice(published)).toMatchObject([{ subject: 'StaffProBot is down' }]);
      const { memory } = await stage.outages.observe({ noteRun: false });
      expect(await stage.get(stage.keys.alertSent)).toBe(memory.outage?.id);
    });

    it('tells once when ten runs are at work at the same moment', async () => {
      await stage.beat(301_000);
      const published = stage.aws.published.length;
      const runs = Array.from({ length: 10 }, () => composeMonitor(stage.environment(), stage.seams));
      const told = await toldDuring(() => Promise.all(runs.map((run) => run({}))));
      for (const id of superadmins) {
        expect(told[id]).toHaveLength(1);
        expect((await stage.inbox.list(id, { skip: 0, count: 10 })).total).toBe(1);
      }
      expect(stage.aws.published.length - published).toBe(1);
    });

    it('clears the flag and tells those who were told "down" that it is back', async () => {
      await stage.beat(301_000);
      stage.telegram.fault({ method: 'sendMessage', chatId: 102, kind: '403-blocked' });
      await monitor({});
      stage.telegram.fault({ kind: 'none' });
      await stage.beat();
      const told = await toldDuring(async () => {
        await monitor({});
        await monitor({});
      });
      expect(told).toEqual({ '101': ['🟢 Бот снова работает'], '102': [], '103': ['🟢 Бот снова работает'] });
      expect(await stage.get(stage.keys.alertSent)).toBeNull();
    });

    it.each([
      ['500', '🔴 Бот молчит 5 мин (возможен повтор)'],
      ['502-html', '🔴 Бот молчит 5 мин (возможен повтор)'],
      ['reset', '🔴 Бот молчит 5 мин (возможен повтор)'],
      ['401', '🔴 Бот молчит 5 мин'],
    ] as const)(
      'tries the one who met %s again in the next run, and holds up nobody',
      async (kind, title) => {
        await stage.beat(301_000);
        stage.telegram.fault({ method: 'sendMessage', chatId: 101, kind, times: 1 });
        const first = await toldDuring(() => monitor({}));
        expect(first).toMatchObject({
          '101': [],
          '102': ['🔴 Бот молчит 5 мин'],
          '103': ['🔴 Бот молчит 5 мин'],
        });
        const second = await toldDuring(() => monitor({}));
        expect(second).toEqual({ '101': [title], '102': [], '103': [] });
      },
    );

    it('waits for as long as Telegram asks for one recipient', async () => {
      await stage.beat(301_000);
      stage.telegram.fault({ method: 'sendMessage', chatId: 101, kind: '429', retryAfter: 600, times: 1 });
      const told = await toldDuring(async () => {
        await monitor({});
        await monitor({});
      });
      expect(told).toMatchObject({ '101': [], '102': ['🔴 Бот молчит 5 мин'] });
      expect((await stage.outages.observe({ noteRun: false })).unfinishedDeliveries).toBe(1);
    });

    it.each(['403-blocked', '400-chat-not-found'] as const)(
      'gives up who answers %s, for this outage',
      async (kind) => {
        await stage.beat(301_000);
        stage.telegram.fault({ method: 'sendMessage', chatId: 103, kind, times: 1 });
        const told = await toldDuring(async () => {
          await monitor({});
          await monitor({});
        });
        expect(told).toMatchObject({ '101': ['🔴 Бот молчит 5 мин'], '103': [] });
        expect((await stage.inbox.list('103', { skip: 0, count: 10 })).total).toBe(1);
      },
    );

    it('publishes again when SNS failed', async () => {
      await stage.beat(301_000);
      const published = stage.aws.published.length;
      stage.aws.fault({ service: 'sns', kind: 'throttle', times: 1 });
      await monitor({});
      expect(stage.aws.published.length).toBe(published);
      await monitor({});
      expect(stage.aws.published.length).toBe(published + 1);
    });

    it('claims nothing when its time is nearly over, and leaves it to the next run', async () => {
      await stage.beat(301_000);
      const short = await toldDuring(() => monitor({}, { getRemainingTimeInMillis: () => 5000 }));
      expect(Object.values(short).flat()).toEqual([]);
      expect(await stage.get(stage.keys.alertSent)).not.toBeNull();
      const next = await toldDuring(() => monitor({}, { getRemainingTimeInMillis: () => 59_000 }));
      expect(Object.values(next).flat()).toHaveLength(3);
    });

    it('throws when the store cannot be read, tells nobody, and writes no metric', async () => {
      await stage.beat(301_000);
      stage.lines.length = 0;
      const away = composeMonitor(
        stage.environment({ UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:1' }),
        stage.seams,
      );
      const told = await toldDuring(() => expect(away({})).rejects.toThrow(/no usable answer/));
      const refusedToken = composeMonitor(
        stage.environment({ UPSTASH_REDIS_REST_TOKEN: 'a wrong-token'.replace(' ', '-') }),
        stage.seams,
      );
      await expect(refusedToken({})).rejects.toThrow(/WRONGPASS|refused/);
      expect(Object.values(told).flat()).toEqual([]);
      expect(stage.lines.join('')).not.toContain(metrics.pass);
    });

    it('names every wrong setting, and works once they are right', async () => {
      const wrong = composeMonitor({ TELEGRAM_BOT_TOKEN_DEV: 'nonsense' }, stage.seams);
      await expect(wrong({})).rejects.toThrow(
        /TELEGRAM_BOT_TOKEN_DEV: expected[\s\S]+UPSTASH_REDIS_REST_URL/,
      );
      await expect(wrong({})).rejects.not.toThrow(/nonsense/);
    });

    it('lets no token into any output', async () => {
      await stage.beat(301_000, `fetch failed: ${stage.telegram.url}/bot${botToken}/getUpdates`);
      stage.telegram.fault({ method: 'sendMessage', chatId: 101, kind: 'truncated', times: 1 });
      await monitor({});
      const inbox = JSON.stringify(await stage.inbox.list('101', { skip: 0, count: 100 }));
      const telegrams = JSON.stringify(stage.telegram.state(botToken).sentMessages);
      const output = [...stage.lines, inbox, telegrams, JSON.stringify(stage.aws.published)].join('\n');
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
