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
    let fixture: FunctionFixture;
    let counter: Awaited<ReturnType<typeof startCounter>>;
    let monitor: MonitorHandler;
    beforeAll(async () => {
      fixture = await FunctionFixture.open(path);
      counter = await startCounter(() => fixture.redis.rest.url);
    });
    afterAll(async () => {
      counter?.server.closeAllConnections();
      counter?.server.close();
      await fixture?.close();
    });
    beforeEach(() => {
      monitor = composeMonitor(fixture.environment({ UPSTASH_REDIS_REST_URL: counter.url }), fixture.seams);
      fixture.lines.length = 0;
    });
    afterEach(async () => {
      fixture.telegram.fault({ kind: 'none' });
      await fixture.clear();
    });
    const metricsOf = (): Record<string, number>[] =>
      fixture.lines.filter((line) => line.includes('_aws')).map((line) => JSON.parse(line));
    const titles = (from: number): readonly string[] =>
      superadmins.flatMap((id) =>
        fixture.messagesTo(id, from).map(({ text }) => String(text).split('\n')[0] ?? ''),
      );
    const sentSoFar = (): number => fixture.telegram.state(botToken).sentMessages.length;

    it('makes one request in all, to the store, while it is warm and the bot is up', async () => {
      await fixture.beat();
      await monitor({});
      const calls = fixture.telegram.state(botToken).sentMessages.length;
      counter.asked.length = 0;
      for (let run = 0; run < 5; run += 1) await monitor({});
      expect(counter.asked).toHaveLength(5);
      expect(counter.asked.every((body) => /evalsha/i.test(body))).toBe(true);
      expect(sentSoFar()).toBe(calls);
    });

    it('pings the watchdog after a full pass, even if the bot is down, and not after a failed one', async () => {
      const pings: string[] = [];
      const watchdog = createServer((request, response) => {
        pings.push(String(request.url));
        response.writeHead(pings.length === 1 ? 500 : 200).end();
      });
      await new Promise<void>((resolve) => watchdog.listen(0, '127.0.0.1', resolve));
      const { port } = watchdog.address() as AddressInfo;
      const WATCHDOG_PING_URL = `http://127.0.0.1:${port}/ping/secret-part`;
      try {
        await fixture.beat(400_000);
        const watched = composeMonitor(fixture.environment({ WATCHDOG_PING_URL }), fixture.seams);
        await watched({});
        await watched({});
        expect(pings).toEqual(['/ping/secret-part', '/ping/secret-part']);
        expect(fixture.lines.join()).not.toContain('secret-part');
        const UPSTASH_REDIS_REST_URL = 'http://127.0.0.1:9';
        const blind = composeMonitor(
          fixture.environment({ WATCHDOG_PING_URL, UPSTASH_REDIS_REST_URL }),
          fixture.seams,
        );
        await expect(blind({})).rejects.toThrow('no usable answer');
        expect(pings).toHaveLength(2);
      } finally {
        watchdog.close();
      }
    });

    it('repeats a request to the store that failed once, whichever it is', async () => {
      await fixture.beat(400_000);
      let asked = 0;
      let failing = 0;
      const hiccup = createServer(async (request, response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of request) chunks.push(chunk);
        asked += 1;
        if (asked === failing)
          return void response.writeHead(502, { 'content-type': 'text/html' }).end('<html>');
        const names = ['authorization', 'content-type', 'upstash-encoding'];
        const headers = Object.fromEntries(names.map((name) => [name, String(request.headers[name] ?? '')]));
        const body = Buffer.concat(chunks).toString();
        const answer = await fetch(`${fixture.redis.rest.url}${request.url}`, {
          method: 'POST',
          headers,
          body,
        });
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
      });
      await new Promise<void>((resolve) => hiccup.listen(0, '127.0.0.1', resolve));
      const { port } = hiccup.address() as AddressInfo;
      const shaky = composeMonitor(
        fixture.environment({ UPSTASH_REDIS_REST_URL: `http://127.0.0.1:${port}` }),
        fixture.seams,
      );
      try {
        for (failing = 1; failing <= Math.max(asked, 3); failing += 1) {
          asked = 0;
          await fixture.clear();
          await fixture.beat(400_000);
          await expect(shaky({}), `request ${failing}`).resolves.toMatchObject({ verdict: 'down' });
        }
        expect(failing).toBeGreaterThan(8);
      } finally {
        hiccup.closeAllConnections();
        hiccup.close();
      }
    });

    it('shows in its metrics that an outage is open and how long an alert has waited', async () => {
      await fixture.beat(400_000);
      fixture.telegram.fault({ method: 'sendMessage', chatId: 101, kind: '500' });
      await monitor({});
      await monitor({});
      const [first, second] = metricsOf();
      expect(first).toMatchObject({ [metrics.pass]: 1, [metrics.outageOpen]: 1 });
      expect(second?.[metrics.heartbeatAge]).toBeGreaterThanOrEqual(400);
      expect(second?.[metrics.oldestUndelivered]).toBeGreaterThan(0);
      fixture.telegram.fault({ kind: 'none' });
      await monitor({});
      await fixture.beat();
      await monitor({});
      expect(metricsOf().at(-1)).toMatchObject({ [metrics.outageOpen]: 0, [metrics.oldestUndelivered]: 0 });
    });

    it('leaves the age out if there is no heartbeat', async () => {
      await monitor({});
      expect(metricsOf()).toHaveLength(1);
      expect(metricsOf()[0]).not.toHaveProperty(metrics.heartbeatAge);
    });

    it('writes no metric if the store fails halfway, and the next run does the rest', async () => {
      await fixture.beat(301_000);
      const before = sentSoFar();
      const breaking = await startCounter(() => fixture.redis.rest.url);
      breaking.server.prependListener('request', (request) => {
        if (breaking.asked.length >= 4) request.socket.destroy();
      });
      const cutOff = composeMonitor(
        fixture.environment({ UPSTASH_REDIS_REST_URL: breaking.url }),
        fixture.seams,
      );
      await expect(cutOff({})).rejects.toThrow(/no usable answer/);
      expect(metricsOf()).toEqual([]);
      breaking.server.closeAllConnections();
      breaking.server.close();
      await monitor({});
      expect(metricsOf()).toHaveLength(1);
      expect(await fixture.get(fixture.keys.alertSent)).not.toBeNull();
      expect(titles(before).length).toBeGreaterThanOrEqual(superadmins.length - 1);
    });

    it('warns of another poller and of dead letters while the bot works', async () => {
      await fixture.beat();
      await monitor({});
      const before = sentSoFar();
      const warnings = redisWarningStore(fixture.store, fixture.keys, { superadminIds: superadmins });
      await warnings.raise({ kind: 'another-poller', key: '', params: { host: 'h' } });
      await fixture.store.command(['HSET', fixture.keys.dead, '5', 'x']);
      const published = fixture.aws.published.length;
      await Promise.all([monitor({}), monitor({})]);
      await monitor({});
      const expected = [
        '🟠 Не удалось обработать сообщений: 1',
        '🟠 С тем же токеном поллит другая программа',
      ];
      for (const id of superadmins) {
        const titles = fixture.messagesTo(id, before).map(({ text }) => String(text).split('\n')[0]);
        expect(titles.sort()).toEqual(expected);
        expect((await fixture.inbox.list(id, { skip: 0, count: 10 })).total).toBe(2);
      }
      expect(fixture.aws.published.length - published).toBe(2);
    });

    it.each(['', 'null', '[]', '{"ts":1}', '{"ts":"soon"}', '{', '\u0000', '{"ts":"9999-12-31T00:00:00Z"}'])(
      'takes the heartbeat %j neither for alive nor for dead at first',
      async (raw) => {
        await fixture.store.command(['SET', fixture.keys.heartbeat, raw]);
        const before = sentSoFar();
        expect(await monitor({})).toMatchObject({ verdict: 'waiting', outageId: null });
        expect(titles(before)).toEqual([]);
      },
    );

    it('works beside keys of the wrong type and foreign records', async () => {
      await fixture.beat(301_000);
      for (const key of [fixture.keys.lock, fixture.keys.alertSent, fixture.keys.epoch])
        await fixture.store.command(['LPUSH', key, 'x']);
      for (const key of [fixture.keys.audit, fixture.keys.dead]) await fixture.store.command(['DEL', key]);
      await fixture.store.command(['SET', fixture.keys.dead, 'x']);
      await fixture.store.command([
        'HSET',
        fixture.keys.deliveries,
        'x',
        'y',
        'a|b|c|d',
        'pending|0|1|0|0|||0||',
      ]);
      await fixture.store.command([
        'HSET',
        fixture.keys.outage,
        'opened_ms',
        'soon',
        'notice:lock-broken',
        'x',
      ]);
      const before = sentSoFar();
      await monitor({});
      expect(titles(before).filter((title) => title.includes('🔴'))).toHaveLength(superadmins.length);
    });
  });
});
