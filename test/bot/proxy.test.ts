/** A worker behind a proxy: the hosts exist only there, so what is done without it fails. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type BotFixture, botToken, startBotFixture } from '../support/bot-fixture.ts';
import { type FaultyProxy, faultyProxy } from '../support/faulty-proxy.ts';
import { type HttpProxy, httpProxy } from '../support/http-proxy.ts';

let fixture: BotFixture;
let proxy: HttpProxy;
let hosts: FaultyProxy[];

beforeEach(async () => {
  fixture = await startBotFixture();
  const reached = [fixture.telegram.url, fixture.redis.url];
  hosts = await Promise.all(reached.map((url) => faultyProxy(url, () => 'forward')));
  const [telegram, store] = hosts.map(({ url }) => url);
  proxy = await httpProxy({ 'telegram.test:80': telegram ?? '', 'store.test:80': store ?? '' });
});
afterEach(async () => {
  await fixture.stop();
  await Promise.all([proxy, ...hosts].map((server) => server.stop()));
});

const behindProxy = () => ({
  ENVIRONMENT: 'staging',
  TELEGRAM_BOT_TOKEN_PROD: '',
  TELEGRAM_BOT_TOKEN_DEV: botToken,
  HTTP_PROXY: proxy.url,
  NO_PROXY: 'elsewhere.test',
});

it('takes its lock, receives an update and answers it, all through the proxy', async () => {
  await fixture.worker({
    ...behindProxy(),
    TELEGRAM_API_ROOT: 'http://telegram.test',
    UPSTASH_REDIS_REST_URL: 'http://store.test',
  });
  fixture.telegram.pushText(botToken, { chatId: 5, text: '/start' });
  await fixture.telegram.waitForSentMessage(botToken, ({ text }) => /^Hello!/.test(text ?? ''));
  expect(new Set(proxy.asked)).toEqual(new Set(['telegram.test:80', 'store.test:80']));
});

it('goes directly to loopback, whatever the variables say', async () => {
  await fixture.worker(behindProxy());
  fixture.telegram.pushText(botToken, { chatId: 5, text: '/start' });
  await fixture.telegram.waitForSentMessage(botToken, ({ text }) => /^Hello!/.test(text ?? ''));
  expect(proxy.asked).toEqual([]);
});

it('refuses to start with a proxy that is none, in one line', async () => {
  const worker = await fixture.worker({ ...behindProxy(), HTTPS_PROXY: 'user:secret@proxy' });
  expect(await worker.ended).toBe(78);
  expect(worker.output()).toMatch(/^HTTPS_PROXY: expected .*\n$/);
  expect(worker.output()).not.toContain('secret');
});
