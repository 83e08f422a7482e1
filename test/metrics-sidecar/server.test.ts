import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BotView } from '../../services/metrics-sidecar/bot-watch.ts';
import { parseExposition } from '../../services/metrics-sidecar/exposition.ts';
import { OwnMetrics } from '../../services/metrics-sidecar/own-metrics.ts';
import { startSidecarServer } from '../../services/metrics-sidecar/server.ts';
import { realTool } from '../support/real-tools.ts';

const bot = parseExposition(
  '# HELP staffprobot_bot_polls_total Polls\n# TYPE staffprobot_bot_polls_total counter\n' +
    'staffprobot_bot_polls_total{result="ok"} 3\n',
);
const openMetrics = 'application/openmetrics-text;version=1.0.0';

interface SidecarFixture {
  readonly server: Server;
  readonly port: number;
  readonly url: string;
  readonly errors: unknown[];
  view: () => Promise<BotView>;
}

async function startFixture(bearerToken?: string): Promise<SidecarFixture> {
  const errors: unknown[] = [];
  const result: Omit<SidecarFixture, 'server' | 'port' | 'url'> = {
    errors,
    view: async () => ({ up: true, lastSeenSeconds: 1000, families: bot }),
  };
  const server = await startSidecarServer({
    host: '127.0.0.1',
    port: 0,
    watch: { view: () => result.view() },
    own: new OwnMetrics(),
    bearerToken,
    onError: (error) => errors.push(error),
  });
  const { port } = server.address() as AddressInfo;
  return Object.assign(result, { server, port, url: `http://127.0.0.1:${port}` });
}

let sidecar: SidecarFixture;
let guarded: SidecarFixture;
beforeAll(async () => {
  sidecar = await startFixture();
  guarded = await startFixture('a-token-of-this-test');
});
afterAll(() => {
  for (const { server } of [sidecar, guarded]) {
    server.close();
    server.closeAllConnections();
  }
});

const scrape = (headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${sidecar.url}/metrics`, { headers, signal: AbortSignal.timeout(10_000) });

describe('the sidecar’s /metrics', () => {
  it('serves the bot’s series and its own', async () => {
    const response = await scrape();
    expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    const names = parseExposition(await response.text()).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([
        'staffprobot_bot_polls_total',
        'staffprobot_sidecar_bot_up',
        'staffprobot_sidecar_bot_last_seen_timestamp_seconds',
        'staffprobot_sidecar_process_resident_memory_bytes',
      ]),
    );
    // The bot's own names stay the bot's.
    expect(names.filter((name) => /^(process|nodejs)_/.test(name))).toEqual([]);
  });

  it('shows whether the bot is up, and no last-seen time before its first answer', async () => {
    const textOf = async (): Promise<string> => (await scrape()).text();
    expect(await textOf()).toMatch(/^staffprobot_sidecar_bot_up 1$/m);
    const fresh = await startFixture();
    try {
      fresh.view = async () => ({ up: false, lastSeenSeconds: undefined, families: [] });
      const text = await (await fetch(`${fresh.url}/metrics`)).text();
      expect(text).toMatch(/^staffprobot_sidecar_bot_up 0$/m);
      expect(text).not.toMatch(/^staffprobot_sidecar_bot_last_seen_timestamp_seconds \d/m);
    } finally {
      fresh.server.close();
      fresh.server.closeAllConnections();
    }
  });

  it('serves OpenMetrics on request, with the same series', async () => {
    const response = await scrape({ accept: openMetrics });
    expect(response.headers.get('content-type')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    const text = await response.text();
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    expect(text).not.toMatch(/\n\n/);
    // This process's open handles change from one moment to the next, and a new kind of collection has series of its own.
    const series = (of: string): string[] =>
      of
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#') && !/_nodejs_(active|gc)_/.test(line))
        .map((line) => line.slice(0, line.lastIndexOf(' ')));
    expect(series(text)).toEqual(series(await (await scrape()).text()));
  });

  it('answers HEAD with the headers alone', async () => {
    const response = await fetch(`${sidecar.url}/metrics`, { method: 'HEAD' });
    expect(response.status).toBe(200);
    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(500);
    expect(await response.text()).toBe('');
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s', async (method) => {
    const response = await fetch(`${sidecar.url}/metrics`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('GET, HEAD');
  });

  it.each(['/', '/metrics/', '/metrics2', '//metrics', '/%6d%65trics', '/../metrics.txt', '/healthz/x'])(
    'answers 404 for %s',
    async (path) => {
      expect(await statusLine(sidecar, `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)).toContain(' 404 ');
    },
  );

  it('ignores the query', async () => {
    expect((await fetch(`${sidecar.url}/metrics?name[]=up`)).status).toBe(200);
    expect(
      await statusLine(sidecar, 'GET http://localhost/metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    ).toContain(' 200 ');
  });

  it('answers 500 after a failure, reports it, and goes on', async () => {
    const { view } = sidecar;
    sidecar.view = () => Promise.reject(new Error('broken for once'));
    expect((await scrape()).status).toBe(500);
    sidecar.view = view;
    expect(sidecar.errors).toHaveLength(1);
    expect((await scrape()).status).toBe(200);
  });

  it.skipIf(realTool('promtool') === undefined)('satisfies promtool', async () => {
    const text = await (await scrape()).text();
    // Throws with promtool's output at any remark.
    execFileSync(realTool('promtool') ?? '', ['check', 'metrics'], { input: text, stdio: 'pipe' });
  });
});

describe('the sidecar’s token', () => {
  const status = async (authorization?: string): Promise<number> => {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    return (await fetch(`${guarded.url}/metrics`, { headers })).status;
  };

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    'Bearer wrong',
    'Bearer a-token-of-this-tes',
    'Bearer a-token-of-this-test2',
    'Basic a-token-of-this-test',
    'a-token-of-this-test',
    'Bearer a-token-of-this-test a-token-of-this-test',
  ])('is asked for: %j gets 401', async (authorization) => {
    expect(await status(authorization)).toBe(401);
  });

  it('opens the page, with the scheme in any case', async () => {
    expect(await status('Bearer a-token-of-this-test')).toBe(200);
    expect(await status('bearer  a-token-of-this-test')).toBe(200);
  });

  it('is not needed for the health page, which tells nothing about the bot and does not ask it', async () => {
    const { view } = guarded;
    guarded.view = () => Promise.reject(new Error('looked'));
    const response = await fetch(`${guarded.url}/healthz`);
    guarded.view = view;
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ ok: true });
  });

  it('is checked before the watch is read', async () => {
    const { view } = guarded;
    guarded.view = () => Promise.reject(new Error('looked'));
    expect(await status()).toBe(401);
    guarded.view = view;
  });
});

describe('door: the sidecar', () => {
  it.each([
    ['garbage', '\u0000\u0001\u0002\u0003\r\n\r\n', / 400 /],
    ['TLS', '\u0016\u0003\u0001\u0000\u00a5\u0001', / 400 /],
    ['no version', 'GET /metrics\r\n\r\n', / 200 /],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', / 400 /],
    ['a header without a colon', 'GET /metrics HTTP/1.1\r\nHost: localhost\r\nnonsense\r\n\r\n', / 400 /],
    [
      'a huge header',
      `GET /metrics HTTP/1.1\r\nHost: localhost\r\nA: ${'a'.repeat(50_000)}\r\n\r\n`,
      / 431 /,
    ],
    ['a huge path', `GET /${'a'.repeat(50_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`, / 431 /],
    [
      'two lengths',
      'GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      / 400 /,
    ],
    [
      'a length and chunks',
      'GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n',
      / 400 /,
    ],
    ['no host', 'GET /metrics HTTP/1.1\r\n\r\n', / 400 /],
    ['CONNECT', 'CONNECT example.com:443 HTTP/1.1\r\nHost: localhost\r\n\r\n', /^$/],
    ['OPTIONS *', 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n', / 405 /],
    ['an unknown method', 'BREW /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n', / 400 /],
    [
      'an unknown expectation',
      'GET /metrics HTTP/1.1\r\nHost: localhost\r\nExpect: miracles\r\n\r\n',
      / 417 /,
    ],
    [
      'an upgrade',
      'GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
      / 200 /,
    ],
    ['HTTP/1.0', 'GET /metrics HTTP/1.0\r\n\r\n', / 200 /],
    [
      'a body with a GET',
      'GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nabcd',
      / 200 /,
    ],
  ])('answers %s and goes on serving', async (_what, bytes, answer) => {
    expect(await statusLine(sidecar, bytes)).toMatch(answer);
    expect((await scrape()).status).toBe(200);
  });

  it('survives 300 randomly cut and altered requests', async () => {
    const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_122);
    const chance = seededChance(seed);
    const good = `GET /metrics HTTP/1.1\r\nHost: localhost\r\nAccept: ${openMetrics}\r\nAuthorization: Bearer x\r\n\r\n`;
    for (let round = 0; round < 300; round += 1) {
      const socket = connect({ port: sidecar.port, host: '127.0.0.1' });
      socket.on('error', () => undefined);
      socket.end(bent(good, chance));
      // Every other client leaves before its answer.
      if (chance() < 0.5) socket.destroy();
      else {
        socket.resume();
        await once(socket, 'close');
      }
      if (round % 50 === 0) expect((await scrape()).status, `seed ${seed}, round ${round}`).toBe(200);
    }
    expect((await scrape()).status, `seed ${seed}`).toBe(200);
    expect(sidecar.errors.slice(1)).toEqual([]);
  });

  it('serves Prometheus beside a thousand silent connections, and bounds them', async () => {
    const silent: Socket[] = [];
    let accepted = 0;
    sidecar.server.on('connection', () => {
      accepted += 1;
    });
    try {
      for (let index = 0; index < 1000; index += 1) {
        const socket = connect({ port: sidecar.port, host: '127.0.0.1' });
        socket.on('error', () => undefined);
        silent.push(socket);
        socket.write('GET /metrics HTTP/1.1\r\n');
        if (index % 100 === 0) expect((await scrape()).status).toBe(200);
      }
      await expect.poll(() => accepted, { timeout: 20_000 }).toBeGreaterThanOrEqual(1000);
      expect((await scrape()).status).toBe(200);
      const { promise, resolve } = Promise.withResolvers<number>();
      sidecar.server.getConnections((_error, count) => resolve(count));
      expect(await promise).toBeLessThanOrEqual(300);
    } finally {
      for (const socket of silent) socket.destroy();
    }
  });

  it('cuts off clients that send a header byte by byte or never read', async () => {
    const own = await startFixture();
    // The shipped limits suit any network; shorter ones let this test finish sooner.
    expect(own.server).toMatchObject({ requestTimeout: 5000, headersTimeout: 5000, timeout: 5000 });
    Object.assign(own.server, { requestTimeout: 1000, headersTimeout: 1000, timeout: 1000 });
    const dripping = connect({ port: own.port, host: '127.0.0.1' });
    const deaf = connect({ port: own.port, host: '127.0.0.1' });
    for (const socket of [dripping, deaf]) socket.on('error', () => undefined);
    const accepted: Socket[] = [];
    own.server.on('connection', (socket: Socket) => accepted.push(socket));
    dripping.write('GET /metrics HTTP/1.1\r\n');
    const drip = setInterval(() => dripping.write('x'), 100);
    deaf.pause();
    for (let index = 0; index < 2000; index += 1)
      deaf.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
    try {
      await expect.poll(() => accepted.length, { timeout: 25_000 }).toBe(2);
      await expect
        .poll(() => accepted.every(({ destroyed }) => destroyed), { timeout: 30_000, interval: 200 })
        .toBe(true);
    } finally {
      clearInterval(drip);
      dripping.destroy();
      deaf.destroy();
      own.server.close();
      own.server.closeAllConnections();
    }
  });
});

/** The first line of the answer to exactly these bytes; empty if the connection closes without one. */
async function statusLine({ port }: SidecarFixture, bytes: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  socket.write(Buffer.from(bytes, 'latin1'));
  let answer = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    answer += chunk;
    if (answer.includes('\r\n')) socket.destroy();
  });
  await once(socket, 'close');
  return answer.split('\r\n', 1)[0] ?? '';
}

/** Cuts, repeats, swaps and corrupts bytes. */
function bent(text: string, chance: () => number): Buffer {
  const bytes = Buffer.from(text, 'latin1');
  for (let count = Math.floor(chance() * 6); count > 0; count -= 1) {
    bytes[Math.floor(chance() * bytes.length)] = Math.floor(chance() * 256);
  }
  const from = chance() < 0.3 ? Math.floor(chance() * bytes.length) : 0;
  const to = chance() < 0.3 ? Math.floor(chance() * bytes.length) : bytes.length;
  const part = bytes.subarray(from, to);
  return chance() < 0.2 ? Buffer.concat([part, part, part]) : part;
}

function seededChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
