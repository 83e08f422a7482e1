/**
 * The sidecar's memory under floods, measured on real processes side by side: one that is scraped as usual, and one that
 * is flooded. The sidecar may use 160 MB (infra/constructs/polling-worker.ts).
 */
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sidecarNodeArguments } from '../../services/metrics-sidecar/contract.ts';
import { freePort } from '../support/program.ts';
import { type Sidecar, startSidecar } from '../support/sidecar.ts';

const sidecars: Sidecar[] = [];
let usualMb: number;
const token = 'flood-test-token';

async function started(environment: Readonly<Record<string, string>> = {}): Promise<Sidecar> {
  const sidecar = await startSidecar(await freePort(), {
    NODE_OPTIONS: ['--max-semi-space-size=4', ...sidecarNodeArguments].join(' '),
    ...environment,
  });
  sidecars.push(sidecar);
  return sidecar;
}

beforeAll(async () => {
  const sidecar = await started();
  for (let scrape = 0; scrape < 200; scrape += 1) await sidecar.scrape();
  usualMb = peakMb(sidecar);
});
afterAll(async () => {
  await Promise.all(sidecars.map((sidecar) => sidecar.destroy()));
});

it.each([
  ['one connection with 5,000 requests', {}, 1, 5000],
  ['five connections with 1,000 each', {}, 5, 1000],
  ['forty connections with 5,000 each', {}, 40, 5000],
  ['5,000 requests without the token', { METRICS_BEARER_TOKEN: token }, 1, 5000],
])('stays near its usual memory under %s', async (_what, environment, connections, requests) => {
  const sidecar = await started(environment);
  await Promise.all(Array.from({ length: connections }, () => flood(sidecar, requests)));
  const headers = { authorization: `Bearer ${token}` };
  expect((await fetch(`${sidecar.url}/metrics`, { headers })).status).toBe(200);
  expect(peakMb(sidecar)).toBeLessThan(usualMb * 1.5);
});

/** Sends all at once and reads nothing; resolves when the server has cut the connection. */
async function flood({ address }: Sidecar, requests: number): Promise<void> {
  const [host = '', port = ''] = address.split(':');
  const socket = connect({ host, port: Number(port) });
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.on('error', () => undefined).pause();
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(requests));
  // Who does not read learns of the cut by writing.
  const probe = setInterval(() => socket.write('x'), 20);
  await closed;
  clearInterval(probe);
}

/** The most resident memory that the process ever had. */
function peakMb({ pid }: Sidecar): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1024;
}
