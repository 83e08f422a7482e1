import { once } from 'node:events';
import { request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type GuardOptions, guardedServer } from '../../../services/lab/shared/guarded-server.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function statusOf(
  headers: Record<string, string>,
  options?: GuardOptions,
): Promise<number | undefined> {
  const server = guardedServer((_request, response) => response.end('served'), options);
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(port))]),
  );
  const asked = request({ port, host: '127.0.0.1', headers: filled });
  asked.end();
  const [response] = await once(asked, 'response');
  response.resume();
  return response.statusCode;
}

describe('a server of the lab', () => {
  it.each<Record<string, string>>([
    {},
    { host: 'localhost:PORT' },
    { host: '[::1]:PORT' },
    { origin: 'http://127.0.0.1:PORT', 'sec-fetch-site': 'same-origin' },
    { origin: 'null', 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
  ])('serves programs and its own pages: %j', async (headers) => {
    expect(await statusOf(headers)).toBe(200);
  });

  it.each<Record<string, string>>([
    { host: 'evil.example' },
    { host: '127.0.0.1.evil.example:PORT' },
    { host: '192.0.2.1:PORT' },
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:1' },
    { origin: 'http://localhost:PORT' },
    { origin: 'null' },
    { origin: 'null', 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('refuses other pages: %j', async (headers) => {
    expect(await statusOf(headers)).toBe(403);
  });

  it('checks only the name for what refuses foreign pages itself', async () => {
    const itself = { guardsItself: true };
    expect(await statusOf({ 'sec-fetch-site': 'cross-site', origin: 'null' }, itself)).toBe(200);
    expect(await statusOf({ host: 'evil.example' }, itself)).toBe(403);
  });

  it('is served under the name that it was told to listen on', async () => {
    expect(await statusOf({ host: 'bot-api.internal:PORT' }, { host: 'bot-api.internal' })).toBe(200);
    expect(await statusOf({ host: '192.0.2.1:PORT' }, { host: '0.0.0.0' })).toBe(200);
    expect(await statusOf({ host: 'evil.example' }, { host: '0.0.0.0' })).toBe(403);
  });
});
