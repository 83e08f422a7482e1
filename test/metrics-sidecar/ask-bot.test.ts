import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { askBot } from '../../services/metrics-sidecar/ask-bot.ts';

const servers: { close(): unknown; closeAllConnections?(): void }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections?.();
  }
});

async function botThat(answers: (response: ServerResponse) => void): Promise<string> {
  const server: Server = createServer((_request, response) => answers(response));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
}

const patience = (): AbortSignal => AbortSignal.timeout(10_000);
const ask = (url: string) => askBot(url, patience(), 'staffprobot_sidecar_');

describe('askBot', () => {
  it('reads the bot’s metrics', async () => {
    const url = await botThat((response) => response.end('# TYPE a gauge\na{b="c"} 1\n'));
    expect(await ask(url)).toEqual([
      { name: 'a', type: 'gauge', help: '', samples: [{ name: 'a', labels: 'b="c"', value: '1' }] },
    ]);
  });

  it.each<[string, (response: ServerResponse) => void]>([
    ['another status', (response) => response.writeHead(503).end('a 1\n')],
    ['a redirect', (response) => response.writeHead(302, { location: '/elsewhere' }).end()],
    ['a page', (response) => response.end('<html></html>\n')],
    ['bytes that are no text', (response) => response.end(Buffer.from([0xff, 0xfe, 0, 1, 10]))],
    ['an answer that was cut off', (response) => response.end('a 1\nb')],
    ['a packed answer', (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a 1\n'))],
    ['the sidecar’s own names', (response) => response.end('staffprobot_sidecar_bot_up 1\n')],
    [
      'fewer bytes than it promised',
      (r) => r.writeHead(200, { 'content-length': 99 }).write('a 1\n', () => r.destroy()),
    ],
  ])('refuses %s', async (_what, answers) => {
    await expect(ask(await botThat(answers))).rejects.toThrow();
  });

  it('stops reading an endless answer after one megabyte', async () => {
    let written = 0;
    const url = await botThat((response) => {
      const chunk = Buffer.from('a_metric_with_a_name 1\n'.repeat(1000));
      const pour = (): void => {
        while (!response.destroyed && response.write(chunk)) written += chunk.length;
        written += chunk.length;
      };
      response.on('drain', pour);
      pour();
    });
    await expect(ask(url)).rejects.toMatchObject({ code: 'BOT_ANSWER_UNUSABLE' });
    // The kernel's buffers hold some more.
    expect(written).toBeLessThan(32 * 1024 * 1024);
  });

  it('ends on its signal while the answer trickles in', async () => {
    const url = await botThat((response) => response.write('a'));
    await expect(askBot(url, AbortSignal.timeout(200), 'x')).rejects.toThrow();
  });

  it('rejects an answer that is not HTTP', async () => {
    const server = createTcpServer((socket) => socket.end('+PONG\r\n'));
    servers.push(server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    await expect(ask(`http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`)).rejects.toThrow();
  });
});
