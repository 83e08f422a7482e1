/**
 * One default task of the stack: a quarter of a processor for everything in it. How soon is the first message handled, how
 * long do messages take at 5 to 200 a second, how much memory and idle CPU does the task need?
 *
 * Ours runs as in the task: the bundle with the image's Node options, the sidecar, Prometheus' scrapes, and the health
 * checks of both containers. The peers run alone, under the same limit.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { healthCheckScript } from '../../../services/bot/contract.ts';
import { freePort } from '../../support/program.ts';
import type { BenchFixture, Run } from '../bench-fixture.ts';
import { bundleOurs, type Contender, ours, peers } from '../contenders.ts';
import { CpuQuota } from '../cpu-quota.ts';
import { sendSteadily } from '../load.ts';
import { countOf, quantile } from '../record.ts';
import { figure, type Table } from '../table.ts';
import { wallMs } from '../work.ts';

const root = join(import.meta.dirname, '..', '..', '..');
/** Of one processor: the `cpu` of 256 that the stack asks for by default. */
const share = 0.25;
export const rates = [5, 25, 100, 200] as const;
const rateMs = 8000;
const patienceMs = 4000;
const workMs = 20;
const chats = 1000;
const idleMs = 30_000;
const healthEveryMs = 30_000;
const scrapeEveryMs = 15_000;

export interface TaskRate {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

export interface Task {
  readonly contender: string;
  /** From the start of the process until a message that waits at Telegram is handled. */
  readonly firstMs: number;
  readonly rates: readonly TaskRate[];
  /** All processes of the task, at their largest. */
  readonly peakMb: number;
  readonly idleCpuSecondsPerMinute: number;
  readonly lost: number;
  readonly orderBreaks: number;
}

/** Empty where the machine allows no limit on CPU time. */
export async function measureTask(fixture: BenchFixture): Promise<readonly Task[]> {
  const folder = mkdtempSync(join(tmpdir(), 'staffprobot-task-'));
  try {
    const bundled = await bundleOurs(folder);
    const others = peers.filter(({ isSerial, name }) => isSerial !== true && name !== 'runner');
    const results: Task[] = [];
    for (const contender of [...others, bundled]) {
      const quota = CpuQuota.open(`staffprobot-bench-${process.pid}-${results.length}`, share);
      if (quota === undefined) return [];
      const sidecar = contender.name === ours.name ? relative(root, join(folder, 'metrics.mjs')) : undefined;
      results.push(await measureOne(await fixture.run(), { contender, quota, sidecar }));
      quota.close();
    }
    return results;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface TaskParts {
  readonly contender: Contender;
  readonly quota: CpuQuota;
  /** The sidecar's bundle; undefined for a peer. */
  readonly sidecar: string | undefined;
}

async function measureOne(run: Run, { contender, quota, sidecar }: TaskParts): Promise<Task> {
  run.wrap = (program, args) => quota.command(program, args);
  await run.send([{ chatId: 1, workMs: 0, reply: false }]);
  const startedMs = wallMs();
  const bot = await contender.start(run);
  const botPort = run.port;
  const processes = [bot];
  const over = new AbortController();
  let attendants: Promise<unknown> = Promise.resolve();
  if (sidecar !== undefined) {
    const port = await freePort();
    const settings = {
      METRICS_HOST: '127.0.0.1',
      METRICS_PORT: String(port),
      BOT_METRICS_PORT: String(botPort),
    };
    processes.push(await run.start(sidecar, [], settings));
    attendants = Promise.all([
      repeat(healthEveryMs, over.signal, () => checkHealth(quota, [botPort, port])),
      repeat(scrapeEveryMs, over.signal, () => scrape(port)),
    ]);
  }
  if (!(await run.until(() => run.record.done.size > 0, 60_000))) throw new Error(bot.output());
  const firstMs = (run.record.done.get(0) ?? Number.NaN) - startedMs;
  const measured: TaskRate[] = [];
  for (const perSecond of rates) measured.push(await measureRate(run, perSecond));
  const usedMs = quota.usedMs();
  await systemClock.sleep(idleMs);
  const idleCpuSecondsPerMinute = (quota.usedMs() - usedMs) / 1000 / (idleMs / 60_000);
  const peakMb = processes.reduce((sum, { pid }) => sum + peakOf(pid), 0);
  over.abort();
  await attendants;
  await run.stop();
  const { lost, orderBreaks } = countOf(run.sent, run.record);
  return {
    contender: contender.name,
    firstMs,
    rates: measured,
    peakMb,
    idleCpuSecondsPerMinute,
    lost,
    orderBreaks,
  };
}

async function measureRate(run: Run, perSecond: number): Promise<TaskRate> {
  const first = run.sent.length;
  const message = (index: number) => ({ chatId: 1 + (index % chats), workMs, reply: false });
  await sendSteadily(run, { perSecond, durationMs: rateMs, message });
  await run.settled(patienceMs);
  const endMs = wallMs();
  const times = run.sent
    .slice(first)
    .map(({ number, atMs }) => (run.record.done.get(number) ?? endMs) - atMs);
  return { perSecond, p50Ms: quantile(times, 0.5), p99Ms: quantile(times, 0.99) };
}

/** At once, and then regularly until the signal aborts. */
async function repeat(everyMs: number, signal: AbortSignal, act: () => Promise<unknown>): Promise<void> {
  while (!signal.aborted) {
    await act();
    await systemClock.sleep(everyMs, signal);
  }
}

/** As ECS does: inside the task's limit. What the check finds does not matter here. */
async function checkHealth(quota: CpuQuota, ports: readonly number[]): Promise<void> {
  const script = join(root, 'services/bot', healthCheckScript);
  const checks = ports.map((port) => {
    const [file, ...words] = quota.command('/bin/bash', [script, String(port)]);
    return promisify(execFile)(file, words).catch(() => undefined);
  });
  await Promise.all(checks);
}

async function scrape(port: number): Promise<void> {
  await fetch(`http://127.0.0.1:${port}/metrics`)
    .then((response) => response.text())
    .catch(() => undefined);
}

function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
}

export function taskTable(results: readonly Task[]): Table {
  const title = 'a default task: a quarter of a processor, 20 ms handlers';
  if (results.length === 0) {
    return {
      title,
      head: [''],
      rows: [['this machine allows no limit on CPU time: it takes root and cgroups']],
    };
  }
  return {
    title,
    head: [
      '',
      'first message ms',
      ...rates.map((rate) => `p50 / p99 ms at ${rate}/s`),
      'peak MB',
      'idle CPU s a minute',
      'lost',
      'order breaks',
    ],
    rows: results.map((result) => [
      result.contender,
      figure(result.firstMs),
      ...result.rates.map(({ p50Ms, p99Ms }) => `${figure(p50Ms)} / ${figure(p99Ms)}`),
      figure(result.peakMb),
      figure(result.idleCpuSecondsPerMinute, 2),
      figure(result.lost),
      figure(result.orderBreaks),
    ]),
  };
}
