import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Gauge, Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startStatusServer } from '../../../services/adapters/http/status-server.ts';

let healthy: boolean;
let collect: () => Promise<void> | void;
let server: Server;
let url: string;
beforeEach(async () => {
  healthy = true;
  collect = () => {};
  const registry = new Registry();
  new Gauge({ name: 'one', help: 'h', registers: [registry], collect: () => collect() });
  const health = () => ({ healthy, body: { role: 'leader' } });
  server = await startStatusServer({ port: 0, registry, health });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.close();
  server.closeAllConnections();
});

describe('door: the status server of the bot', () => {
  it('listens on loopback only', () => {
    expect(server.address()).toMatchObject({ address: '127.0.0.1' });
  });

  it('rejects if its port is taken', async () => {
    const { port } = server.address() as AddressInfo;
    const second = startStatusServer({
      port,
      registry: new Registry(),
      health: () => ({ healthy, body: {} }),
    });
    await expect(second).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it.each([
    [true, 200],
    [false, 503],
  ])('answers health checks: healthy %s is %i', async (is, status) => {
    healthy = is;
    const response = await fetch(`${url}/healthz?probe=1`);
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ role: 'leader' });
  });

  it('renders the registry', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(response.headers.get('content-type')).toContain('text/plain');
    expect(await response.text()).toContain('one 0');
  });

  it('renders once for scrapes that come together', async () => {
    let renderings = 0;
    const gate = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    collect = () => {
      renderings += 1;
      started.resolve();
      return gate.promise;
    };
    const first = fetch(`${url}/metrics`);
    await started.promise;
    const arrived = Promise.withResolvers<void>();
    server.once('request', () => arrived.resolve());
    const second = fetch(`${url}/metrics`);
    await arrived.promise;
    gate.resolve();
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
    expect(renderings).toBe(1);
    await fetch(`${url}/metrics`);
    expect(renderings).toBe(2);
  });

  it('answers 500 if a metric cannot be read, and goes on', async () => {
    collect = () => Promise.reject(new Error('x'));
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    collect = () => {};
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it.each(['/', '/metrics/', '/healthz2', '/toString', '/__proto__'])('answers 404 to %s', async (path) => {
    expect((await fetch(`${url}${path}`)).status).toBe(404);
  });

  it('reads only: POST is 405, HEAD has no body', async () => {
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});
