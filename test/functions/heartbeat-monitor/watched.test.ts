/** That the monitor can be watched itself, what a run costs, and what strange values do to it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { metrics } from '../../../functions/heartbeat-monitor/contract.ts';
import { composeMonitor, type MonitorHandler } from '../../../functions/heartbeat-monitor/handler.ts';
import { redisWarningStore } from '../../../services/adapters/redis/outage/warning-store.ts';
import { botToken, FunctionFixture, stores, superadmins } from '../../support/function-fixture.ts';

/** Stands in front of the store and counts what a function asks. */
async function startCounter(target: () => string): Promise<{ url: string; asked: string[]; server: Server }> {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    asked.push(body.slice(0, 20));
    // Those of the client count: it asks for base64, and decodes what it gets.
    const own = ['authorization', 'content-type', 'upstash-encoding'];
    const headers = Object.fromEntries(own.map((name) => [name, String(request.headers[name] ?? '')]));
    const answer = await fetch(`${target()}${request.url}`, { method: 'POST', headers, body });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server };
}

describe.each(stores)('the heartbeat monitor on $name', ({ path, missing }) => {
  describe.skipIf(missing)('watched', () => {
    let stage: FunctionFixture;
    let counter: Awaited<ReturnType<typeof startCounter>>;
    let monitor: MonitorHandler;
    beforeAll(async () => {
      stage = await FunctionFixture.open(path);
      counter = await startCounter(() => stage.redis.rest.url);
    });
    afterAll(async () => {
      counter?.server.closeAllConnections();
      counter?.server.close();
      await stage?.close();
    });
    beforeEach(() => {
      monitor = composeMonitor(stage.environment({ UPSTASH_REDIS_REST_URL: counter.url }), stage.seams);
      stage.lines.length = 0;
    });
    afterEach(async () => {
      stage.telegram.fault({ kind: 'none' });
      await stage.clear();
    });
    const metricsOf = (): Record<string, number>[] =>
      stage.lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
    const titles = (from: number): readonly string[] =>
      superadmins.flatMap((id) =>
        stage.messagesTo(id, from).map(({ text }) => String(text).split('\n')[0] ?? ''),
      );
    const sentSoFar = (): number => stage.telegram.state(botToken).sentMessages.length;

    it('costs one request to the store and no other when all is well and it is warm', async () => {
      await stage.beat();
      await monitor({});
      const calls = stage.telegram.state(botToken).sentMessages.length;
      counter.asked.length = 0;
      for (let run = 0; run < 5; run += 1) await monitor({});
      expect(counter.asked).toHaveLength(5);
      expect(counter.asked.every((body) => /evalsha/i.test(body))).toBe(true);
      expect(sentSoFar()).toBe(calls);
    });

    it('says in its metrics that an outage is open and how long a notice has waited', async () => {
      await stage.beat(400_000);
      stage.telegram.fault({ method: 'sendMessage', chatId: 101, kind: '500' });
      await monitor({});
      await monitor({});
      const [first, second] = metricsOf();
      expect(first).toMatchObject({ [metrics.pass]: 1, [metrics.outageOpen]: 1 });
      expect(second?.[metrics.heartbeatAge]).toBeGreaterThanOrEqual(400);
      expect(second?.[metrics.oldestUndelivered]).toBeGreaterThan(0);
      stage.telegram.fault({ kind: 'none' });
      await monitor({});
      await stage.beat();
      await monitor({});
      expect(metricsOf().at(-1)).toMatchObject({ [metrics.outageOpen]: 0, [metrics.oldestUndelivered]: 0 });
    });

    it('leaves the age out when there is no heartbeat', async () => {
      await monitor({});
      expect(metricsOf()).toHaveLength(1);
      expect(metricsOf()[0]).not.toHaveProperty(metrics.heartbeatAge);
    });

    it('writes no metric when the store goes away in the middle, and the next run does the rest', async () => {
      await stage.beat(301_000);
      const before = sentSoFar();
      const breaking = await startCounter(() => stage.redis.rest.url);
      breaking.server.prependListener('request', (request) => {
        if (breaking.asked.length >= 4) request.socket.destroy();
      });
      const cutOff = composeMonitor(stage.environment({ UPSTASH_REDIS_REST_URL: breaking.url }), stage.seams);
      await expect(cutOff({})).rejects.toThrow(/no usable answer/);
      expect(metricsOf()).toEqual([]);
      breaking.server.closeAllConnections();
      breaking.server.close();
      await monitor({});
      expect(metricsOf()).toHaveLength(1);
      expect(await stage.get(stage.keys.alertSent)).not.toBeNull();
      expect(titles(before).length).toBeGreaterThanOrEqual(superadmins.length - 1);
    });

    it('tells of another poller and of dead updates while the bot is at work', async () => {
      await stage.beat();
      await monitor({});
      const before = sentSoFar();
      const notices = redisWarningStore(stage.store, stage.keys, { superadminIds: superadmins });
      await notices.raise({ kind: 'another-poller', key: '', params: { host: 'h' } });
      await stage.store.command(['HSET', stage.keys.dead, '5', 'x']);
      const published = stage.aws.published.length;
      await Promise.all([monitor({}), monitor({})]);
      await monitor({});
      const expected = [
        '🟠 Не удалось обработать сообщений: 1',
        '🟠 С тем же токеном поллит другая программа',
      ];
      for (const id of superadmins) {
        const told = stage.messagesTo(id, before).map(({ text }) => String(text).split('\n')[0]);
        expect(told.sort()).toEqual(expected);
        expect((await stage.inbox.list(id, { skip: 0, count: 10 })).total).toBe(2);
      }
      expect(stage.aws.published.length - published).toBe(2);
    });

    it.each(['', 'null', '[]', '{"ts":1}', '{"ts":"soon"}', '{', '\u0000', '{"ts":"9999-12-31T00:00:00Z"}'])(
      'holds no heartbeat for alive or dead at first sight when it is %j',
      async (raw) => {
        await stage.store.command(['SET', stage.keys.heartbeat, raw]);
        const before = sentSoFar();
        expect(await monitor({})).toMatchObject({ verdict: 'waiting', outageId: null });
        expect(titles(before)).toEqual([]);
      },
    );

    it('does its work beside keys of another type and records of strangers', async () => {
      await stage.beat(301_000);
      for (const key of [stage.keys.lock, stage.keys.alertSent, stage.keys.epoch])
        await stage.store.command(['LPUSH', key, 'x']);
      for (const key of [stage.keys.audit, stage.keys.dead]) await stage.store.command(['DEL', key]);
      await stage.store.command(['SET', stage.keys.dead, 'x']);
      await stage.store.command([
        'HSET',
        stage.keys.deliveries,
        'x',
        'y',
        'a|b|c|d',
        'pending|0|1|0|0|||0||',
      ]);
      await stage.store.command(['HSET', stage.keys.outage, 'opened_ms', 'soon', 'notice:lock-broken', 'x']);
      const before = sentSoFar();
      await monitor({});
      expect(titles(before).filter((title) => title.includes('🔴'))).toHaveLength(superadmins.length);
    });
  });
});
