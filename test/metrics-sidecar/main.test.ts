import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { botMetricNames } from '../../services/bot/contract.ts';
import { patienceMs } from '../../services/metrics-sidecar/bot-watch.ts';
import { sidecarMetricNames, sidecarNodeArguments } from '../../services/metrics-sidecar/contract.ts';
import { type BotFixture, startBotFixture, type WorkerProcess } from '../support/bot-fixture.ts';
import { freePort, startProgram, until } from '../support/program.ts';
import { type Scrape, type Sidecar, startSidecar } from '../support/sidecar.ts';

let stage: BotFixture;
const sidecars: Sidecar[] = [];
beforeAll(async () => {
  stage = await startBotFixture();
});
afterAll(async () => {
  await Promise.all(sidecars.map((sidecar) => sidecar.destroy()));
  await stage?.stop();
});

/** A long lease, so that a busy machine is never too slow to renew it: this suite does not test the lease. */
const unhurried = { POLLING_LOCK_TTL_SECONDS: '30', POLLING_LOCK_RENEW_SECONDS: '10' };

async function startedSidecar(
  botPort: string | number,
  environment?: Readonly<Record<string, string>>,
): Promise<Sidecar> {
  // As shipped, by the image and the task: they bound its memory.
  const NODE_OPTIONS = ['--max-semi-space-size=4', ...sidecarNodeArguments].join(' ');
  const sidecar = await startSidecar(botPort, { NODE_OPTIONS, ...environment });
  sidecars.push(sidecar);
  return sidecar;
}

const up = sidecarMetricNames.botUp;
const { leader, heartbeatTimestamp, lastPollTimestamp, polls } = botMetricNames;

async function workerAndSidecar(): Promise<{ worker: WorkerProcess; sidecar: Sidecar }> {
  const worker = await stage.worker(unhurried);
  const botPort = new URL(worker.metricsUrl).port;
  return { worker, sidecar: await startedSidecar(botPort) };
}

const untilSeen = (what: string, sidecar: Sidecar, holds: (seen: Scrape) => boolean): Promise<Scrape> =>
  until(what, async () => {
    const seen = await sidecar.scrape();
    return holds(seen) ? seen : undefined;
  });

describe('the sidecar beside a bot', () => {
  it('answers through start, hang, return, kill and restart, and never shows a silent leader', async () => {
    const botPort = await freePort();
    const sidecar = await startedSidecar(botPort);
    // No bot yet: only its own series.
    const alone = await sidecar.scrape();
    expect(alone.value(up)).toBe(0);
    expect(alone.value(sidecarMetricNames.botLastSeen)).toBeUndefined();
    expect(alone.value(heartbeatTimestamp)).toBeUndefined();

    const worker = await stage.worker({ ...unhurried, BOT_METRICS_PORT: String(botPort) });
    const beating = await untilSeen(
      'the heartbeat is seen',
      sidecar,
      (seen) => seen.value(leader) === 1 && seen.value(heartbeatTimestamp) !== undefined,
    );
    expect(beating.value(up)).toBe(1);
    expect(beating.value(`${polls}{result="ok"}`)).toBeGreaterThan(0);

    worker.signal('SIGSTOP');
    const hung = await untilSeen('the hang is seen', sidecar, (seen) => seen.value(up) === 0);
    expect(hung.value(leader)).toBeUndefined();
    expect(hung.value(`${polls}{result="ok"}`)).toBeUndefined();
    expect(hung.value(heartbeatTimestamp)).toBeGreaterThanOrEqual(
      beating.value(heartbeatTimestamp) ?? Infinity,
    );
    expect(hung.value(lastPollTimestamp)).toBeGreaterThan(0);
    const seenSeconds = hung.value(sidecarMetricNames.botLastSeen);
    expect(seenSeconds).toBeGreaterThan(0);

    worker.signal('SIGCONT');
    const back = await untilSeen('the return is seen', sidecar, (seen) => seen.value(leader) === 1);
    expect(back.value(up)).toBe(1);
    expect(back.value(sidecarMetricNames.botLastSeen)).toBeGreaterThan(seenSeconds ?? Infinity);

    worker.signal('SIGKILL');
    await worker.ended;
    const killed = await untilSeen('the kill is seen', sidecar, (seen) => seen.value(up) === 0);
    expect(killed.value(leader)).toBeUndefined();
    expect(killed.value(heartbeatTimestamp)).toBeGreaterThanOrEqual(
      back.value(heartbeatTimestamp) ?? Infinity,
    );
    expect((await fetch(`${sidecar.url}/healthz`)).status).toBe(200);

    await stage.worker({ ...unhurried, BOT_METRICS_PORT: String(botPort) });
    await untilSeen('the new bot is seen', sidecar, (seen) => seen.value(up) === 1);
  });

  it('does not wait for a hung bot', async () => {
    const hung = await workerAndSidecar();
    await untilSeen('it is up', hung.sidecar, (seen) => seen.value(up) === 1);
    const scrapes = async (count: number): Promise<number[]> => {
      const tookMs: number[] = [];
      while (tookMs.length < count) tookMs.push((await hung.sidecar.scrape()).tookMs);
      return tookMs;
    };
    hung.worker.signal('SIGSTOP');
    // From the first moment: before the sidecar knows of the silence, and after.
    const fresh = await scrapes(40);
    await untilSeen('the hang is seen', hung.sidecar, (seen) => seen.value(up) === 0);
    const known = await scrapes(100);
    // A scrape that waited for the bot would take this long. A busy machine slows a few scrapes, not most.
    expect(median(fresh)).toBeLessThan(patienceMs / 2);
    expect(median(known)).toBeLessThan(patienceMs / 2);
    await hung.worker.destroy();
  });

  it('stays small under a flood of scrapes', async () => {
    const { worker, sidecar } = await workerAndSidecar();
    await untilSeen('the bot is up', sidecar, (seen) => seen.value(up) === 1);
    for (let round = 0; round < 40; round += 1) {
      await Promise.all(Array.from({ length: 50 }, () => sidecar.scrape()));
    }
    const bytes = (await sidecar.scrape()).value('staffprobot_sidecar_process_resident_memory_bytes');
    // The container's limit.
    expect(bytes).toBeLessThan(160 * 1024 * 1024);
    await worker.destroy();
  });

  it.each([undefined, 'a-token-of-this-very-test'])(
    'stays small under pipelined scrapes (token: %s)',
    async (token) => {
      const sidecar = await startedSidecar(9, token === undefined ? {} : { METRICS_BEARER_TOKEN: token });
      const { port } = new URL(sidecar.url);
      await Promise.all(Array.from({ length: 5 }, () => pipeline(Number(port), 5000)));
      const authorization = `Bearer ${token}`;
      const response = await fetch(`${sidecar.url}/metrics`, { headers: { authorization } });
      const [, bytes] =
        /^staffprobot_sidecar_process_resident_memory_bytes (\S+)$/m.exec(await response.text()) ?? [];
      expect(Number(bytes)).toBeLessThan(160 * 1024 * 1024);
    },
  );
});

describe('the sidecar as a process', () => {
  it('requires its token and never reveals it', async () => {
    const token = 'a-secret-of-this-very-test';
    const sidecar = await startedSidecar(9, { METRICS_BEARER_TOKEN: token });
    expect((await fetch(`${sidecar.url}/metrics`)).status).toBe(401);
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${sidecar.url}/metrics`, { headers })).status).toBe(200);
    expect(sidecar.output()).not.toContain(token);
  });

  it('ends cleanly on SIGTERM, even while it waits for a hung bot', async () => {
    const { worker, sidecar } = await workerAndSidecar();
    await untilSeen('the bot is up', sidecar, (seen) => seen.value(up) === 1);
    worker.signal('SIGSTOP');
    await untilSeen('the hang is seen', sidecar, (seen) => seen.value(up) === 0);
    sidecar.signal('SIGTERM');
    expect(await sidecar.ended).toBe(0);
    await worker.destroy();
  });

  it('reports wrong settings or a taken port in one line', async () => {
    const wrong = startProgram('services/metrics-sidecar/main.ts', {
      METRICS_PORT: 'no',
      BOT_METRICS_PORT: '0',
    });
    expect(await wrong.ended).toBe(78);
    expect(wrong.output().split('\n')).toHaveLength(3);
    const first = await startedSidecar(9);
    const taken = startProgram('services/metrics-sidecar/main.ts', {
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: new URL(first.url).port,
      BOT_METRICS_PORT: '9',
    });
    expect(await taken.ended).toBe(78);
    expect(taken.output()).toMatch(/^METRICS_PORT: expected .*EADDRINUSE.*\n$/);
  });
});

/** Sends so many requests at once on one connection; resolves when the server has closed it. */
async function pipeline(port: number, count: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => {}).resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(count));
  await closed;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
