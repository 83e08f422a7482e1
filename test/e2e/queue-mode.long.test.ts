/** The lab in queue mode from its command line: consumers answer, one that is killed loses nothing, and nothing is left. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { UpdatesQueueResult } from '../../services/core/ops/results.ts';
import type { ApiState } from '../../services/lab/control-room/api.ts';
import type { QueueSection } from '../../services/lab/control-room/queue-section.ts';
import { type } from '../cli/keyboard.ts';
import { isAlive, type LabProcess, pidsOf, startLab } from '../support/lab.ts';
import { realTool } from '../support/real-tools.ts';

const anna = 1001;
const patience = { timeout: 50_000, interval: 50 };
let folder: string;
let lab: LabProcess;

const path = (name: string): string => join(folder, name);
const module = (version: number): string => `
import { existsSync, writeFileSync } from 'node:fs';
export default async (ctx, next) => {
  if (ctx.message?.text === 'who?') return ctx.reply('version ${version}, pid ' + process.pid);
  if (ctx.message?.text !== 'hold') return next();
  writeFileSync(${JSON.stringify(path('held'))}, String(process.pid));
  while (!existsSync(${JSON.stringify(path('go'))})) await new Promise((resolve) => setTimeout(resolve, 20));
  return ctx.reply('held by ' + process.pid);
};`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'queue-mode-'));
  writeFileSync(path('mine.ts'), module(1));
  lab = await startLab({
    args: ['--speed', '30', '--handlers', 'queue'],
    environment: { BOT_HANDLERS: path('mine.ts') },
  });
});
afterAll(async () => {
  await lab.stop();
  rmSync(folder, { recursive: true });
});

function queueOf({ queue }: ApiState): QueueSection {
  if (queue === null) throw new Error('the lab is not in queue mode');
  return queue;
}
const consumerPids = (seen: ApiState) => queueOf(seen).consumers.map(({ pid }) => pid);
const answers = ({ chats }: ApiState): string[] =>
  (chats.find(({ person }) => person.id === anna)?.messages ?? [])
    .filter(({ from }) => from === 'bot')
    .map(({ text }) => text);

async function ask(text: string, isAnswer: RegExp): Promise<string> {
  const before = answers(await lab.state()).length;
  await lab.post('/api/chat', { text, as: anna, locale: 'en' });
  const isNew = (seen: ApiState) =>
    answers(seen)
      .slice(before)
      .some((one) => isAnswer.test(one));
  return answers(await lab.waitFor(isNew, `an answer to ${text}`)).at(-1) ?? '';
}

const pidIn = (answer: string): number => Number(/\d+$/.exec(answer)?.[0]);

it('is answered by a consumer', async () => {
  const state = await lab.state();
  expect(queueOf(state).consumers.map(({ name, role, health }) => [name, role, health])).toEqual([
    ['consumer-1', 'consumer', 'ok'],
    ['consumer-2', 'consumer', 'ok'],
  ]);
  expect(consumerPids(state)).toContain(pidIn(await ask('who?', /^version 1, pid \d+$/)));
});

it('serves the metrics of each consumer and its sidecar', async () => {
  const { urls } = await lab.state();
  expect([urls.sidecars.length, urls.botMetrics.length]).toEqual([4, 4]);
  const shown = async (url: string): Promise<boolean> =>
    (await (await fetch(`${url}/metrics`)).text()).includes('staffprobot_handlers_running');
  const ofConsumers = [...urls.sidecars.slice(2), ...urls.botMetrics.slice(2)];
  for (const url of ofConsumers) await vi.waitUntil(() => shown(url), patience);
});

it.skipIf(realTool('prometheus') === undefined)(
  'has Prometheus scrape the consumers, and no alert stays',
  async () => {
    const { prometheusUrl } = await lab.state();
    const ask = async (path: string) => {
      const answer = await fetch(new URL(`/api/v1/${path}`, prometheusUrl ?? ''));
      return ((await answer.json()) as { data: Readonly<Record<string, readonly unknown[]>> }).data;
    };
    const scraped = async (): Promise<boolean> => {
      const { result } = await ask('query?query=count(staffprobot_handlers_running)by(consumer)');
      return result?.length === 2;
    };
    await vi.waitUntil(scraped, patience);
    // At the start nothing has been scraped yet.
    const isQuiet = async (): Promise<boolean> => ((await ask('alerts')).alerts ?? []).length === 0;
    await vi.waitUntil(isQuiet, patience);
  },
);

it('shows the heartbeat of each consumer, and the depth of the queue', async () => {
  const beats = (seen: ApiState) =>
    queueOf(seen).consumers.every(({ beatAgeSeconds }) => beatAgeSeconds !== null);
  const state = await lab.waitFor(beats, 'all heartbeats');
  expect(queueOf(state)).toMatchObject({ visible: 0, inFlight: 0, deadLetters: 0 });
});

it('answers all the same when the consumer is killed at work, which is then replaced', async () => {
  await lab.post('/api/chat', { text: 'hold', as: anna, locale: 'en' });
  await vi.waitUntil(() => existsSync(path('held')) && readFileSync(path('held'), 'utf8') !== '', patience);
  expect(queueOf(await lab.state()).inFlight).toBe(1);
  const killed = Number(readFileSync(path('held'), 'utf8'));
  expect(consumerPids(await lab.state())).toContain(killed);
  process.kill(killed, 'SIGKILL');
  writeFileSync(path('go'), '');
  const isAnswered = (seen: ApiState) => answers(seen).some((one) => one.startsWith('held by '));
  const answer = answers(await lab.waitFor(isAnswered, 'an answer by another')).at(-1) ?? '';
  expect(pidIn(answer)).not.toBe(killed);
  const isWhole = (seen: ApiState) => {
    const { consumers } = queueOf(seen);
    return consumers.length === 2 && consumers.every(({ health }) => health === 'ok');
  };
  const whole = await lab.waitFor(isWhole, 'two consumers');
  expect(queueOf(whole).stoppedConsumers[0]).toMatchObject({ pid: killed, exit: { signal: 'SIGKILL' } });
  await lab.waitFor((seen) => queueOf(seen).inFlight === 0, 'an empty queue');
});

it('runs a saved version of the handlers in new consumers', async () => {
  const old = consumerPids(await lab.state());
  writeFileSync(path('mine.ts'), module(2));
  const isReplaced = (seen: ApiState) =>
    seen.handlers?.state === 'watching' && !consumerPids(seen).some((pid) => old.includes(pid));
  await lab.waitFor(isReplaced, 'new consumers');
  await ask('who?', /^version 2, pid \d+$/);
});

it('is what the command line acts on with --lab', async () => {
  const status = await type('status --lab --json', { environment: { LAB_PORT: new URL(lab.url).port } });
  const answer = status.json();
  expect(answer).toMatchObject({
    ok: true,
    state: 'works',
    updatesQueue: {
      queue: { visible: 0, inFlight: 0, isFifo: true, deadLetters: { messages: 0 } },
      tasks: { desired: 2, running: 2 },
    },
  });
  // The killed one’s last heartbeat is there too.
  const { consumers } = (answer as unknown as { updatesQueue: UpdatesQueueResult }).updatesQueue;
  const named = consumers.map(({ consumer }) => Number(consumer.split(':').at(-1)));
  expect(named).toEqual(expect.arrayContaining(consumerPids(await lab.state())));
});

it('says that handlers are absent while all consumers hang; what waits can be dropped', async () => {
  const pids = consumerPids(await lab.state());
  for (const pid of pids) await lab.post('/api/workers/signal', { pid, signal: 'SIGSTOP' });
  await lab.post('/api/chat', { text: 'who?', as: anna, locale: 'en' });
  const absent = await lab.waitFor(({ health }) => health?.state === 'handlers-absent', 'the verdict');
  expect(absent.health?.line.en).toMatch(/^The bot polls, but /);
  expect(queueOf(absent).visible + queueOf(absent).inFlight).toBe(1);
  const environment = { LAB_PORT: new URL(lab.url).port };
  const dropped = await type('drop-updates --lab --yes --json', { environment });
  expect(dropped.json()).toMatchObject({ ok: true, purgedMessages: 1 });
  const again = await type('drop-updates --lab --yes --json', { environment });
  expect(again.json()).toMatchObject({ ok: false, error: { code: 'PURGE_TOO_SOON' } });
  for (const pid of pids) await lab.post('/api/workers/signal', { pid, signal: 'SIGCONT' });
  await lab.waitFor((seen) => seen.health?.state === 'works', 'the good verdict');
  await ask('who?', /^version 2, pid \d+$/);
});

it('leaves no process behind', async () => {
  const pids = pidsOf(await lab.state());
  expect(pids).toHaveLength(8);
  const { code, stderr } = await lab.stop();
  expect({ code, stderr: stderr.replace(/^speed 30: .*\n/, '') }).toEqual({ code: 0, stderr: '' });
  expect(pids.filter(isAlive)).toEqual([]);
});
