import { expect, it } from 'vitest';
import { watchdogPing } from '../../services/adapters/watchdog-ping.ts';
import type { Logger } from '../../services/core/platform/logger.ts';
import { httpFixture } from '../support/http-fixture.ts';

const server = httpFixture();
const path = '/ping/5f0c7a3e-a-secret?rid=1';

function pinger(url: string) {
  const lines: string[] = [];
  const log = (message: string, fields?: unknown): void =>
    void lines.push(`${message} ${JSON.stringify(fields)}`);
  const logger = { debug: log, info: log, warn: log, error: log } as Logger;
  return { ping: watchdogPing(url, logger), lines };
}

it('asks the address as it is, once, on a connection of its own', async () => {
  server.answer = (_request, response) => response.writeHead(200).end('OK');
  const { ping, lines } = pinger(`${server.url}${path}`);
  await ping();
  expect(server.requests).toMatchObject([{ method: 'GET', url: path, headers: { connection: 'close' } }]);
  expect(lines).toEqual([]);
});

it.each([
  ['is refused', 404],
  ['is sent elsewhere', 302],
])('logs a ping that %s, without the address', async (_what, status) => {
  server.answer = (_request, response) =>
    response.writeHead(status, { location: 'https://example.com' }).end();
  const { ping, lines } = pinger(`${server.url}${path}`);
  await ping();
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toMatch(/5f0c7a3e|127\.0\.0\.1/);
});

it.each([
  ['cut off', (): string => server.url],
  ['to a host that does not exist', (): string => 'http://no-such-host.invalid'],
])('logs a ping that is %s, without the address', async (_what, url) => {
  server.answer = (request) => request.socket.destroy();
  const { ping, lines } = pinger(`${url()}${path}`);
  await ping();
  expect(lines).toHaveLength(1);
  expect(lines.join()).not.toMatch(/5f0c7a3e|127\.0\.0\.1|no-such-host/);
});
