import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { boundedServer } from '../../../services/adapters/http/bounded-server.ts';

const ask = 'GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n';
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function started(listener: Parameters<typeof boundedServer>[0], host = '127.0.0.1'): Promise<number> {
  const server = boundedServer(listener, { connectionsMax: 8, host });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

it('begins one request of a connection, however many are sent at once, and cuts the connection off', async () => {
  let begun = 0;
  const port = await started(() => {
    begun += 1;
  });
  const socket = await connected(port);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write(ask.repeat(5000));
  await closed;
  expect(begun).toBe(1);
});

it('answers one request after another on one connection', async () => {
  const port = await started((_request, response) => response.end('x'.repeat(100_000)));
  const socket = await connected(port);
  for (let round = 0; round < 20; round += 1) {
    socket.write(ask);
    let bytes = 0;
    while (bytes < 100_000) bytes += (await once(socket, 'data'))[0].length;
  }
  socket.destroy();
});

it('goes on serving others while it cuts one off', async () => {
  const port = await started((_request, response) => response.end('ok'));
  const flood = await connected(port);
  flood.write(ask.repeat(5000));
  expect(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()).toBe('ok');
});

/** The status line of the answer to a request that says it is for this host. */
async function answerFor(host: string | undefined, listensOn: string): Promise<string> {
  const port = await started((_request, response) => response.end('ok'), listensOn);
  const socket = await connected(port);
  const header = host === undefined ? '' : `Host: ${host}\r\n`;
  socket.write(`GET /metrics HTTP/1.${host === undefined ? 0 : 1}\r\n${header}\r\n`);
  const [data] = await once(socket, 'data');
  socket.destroy();
  return String(data).split('\r\n', 1)[0] ?? '';
}

it.each(['evil.example', 'evil.example:9465', '127.0.0.1.evil.example', '169.254.170.2', 'worker.bot.local'])(
  'on loopback answers nobody who calls it %s: that is a page of another site',
  async (host) => {
    expect(await answerFor(host, '127.0.0.1')).toContain(' 421 ');
  },
);

it.each(['127.0.0.1:9465', 'localhost', '[::1]:9465', undefined])(
  'on loopback answers programs of the machine: %s',
  async (host) => {
    expect(await answerFor(host, '127.0.0.1')).toContain(' 200 ');
  },
);

it('that listens for others answers under every name', async () => {
  expect(await answerFor('worker.bot.local:9464', '0.0.0.0')).toContain(' 200 ');
});
