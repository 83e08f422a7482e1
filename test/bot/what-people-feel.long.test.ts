/** What people feel is what rings: real workers whose handlers fail by a share, frozen workers, and a revoked token. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';
import {
  type BotFixture,
  botToken,
  observe,
  startBotFixture,
  superadminId,
  type WorkerProcess,
} from '../support/bot-fixture.ts';
import { startProgram, until } from '../support/program.ts';

const handlers = `
export default (ctx, next) => {
  if (ctx.message?.text === 'leak') throw new Error('GET https://files.example/bot${botToken}/photo: 500');
  if (ctx.message?.text === 'fail') throw new Error('invoice 4711: the ledger is closed');
  return ctx.message?.text === 'ok' ? ctx.reply('done') : next();
};`;
/** A change counts after five seconds; a check that nothing rings waits a little longer. */
const wouldHaveRungMs = 7000;
/** Many processes, one after another. */
const timeout = 240_000;

const folder = mkdtempSync(join(tmpdir(), 'feel-'));
const handlersPath = join(folder, 'handlers.mjs');
writeFileSync(handlersPath, handlers);
afterAll(() => rmSync(folder, { recursive: true }));

interface Doctor {
  readonly code: number | string;
  readonly healthy: boolean;
  readonly cause: string | null;
  readonly status: { readonly state: string; readonly up: boolean };
}

let fixture: BotFixture;
beforeEach(async () => {
  fixture = await startBotFixture();
});
afterEach(() => fixture.stop());

const environment = (more: Readonly<Record<string, string>> = {}): Readonly<Record<string, string>> => ({
  ENVIRONMENT: 'production',
  TELEGRAM_BOT_TOKEN_PROD: botToken,
  TELEGRAM_API_ROOT: fixture.telegram.url,
  UPSTASH_REDIS_REST_URL: fixture.redis.url,
  UPSTASH_REDIS_REST_TOKEN: fixture.redis.token,
  SUPERADMIN_TELEGRAM_IDS: String(superadminId),
  ...more,
});

const cli = (args: readonly string[], more = {}) =>
  startProgram('services/cli/main.ts', environment(more), args);

async function doctor(more: Readonly<Record<string, string>> = {}): Promise<Doctor> {
  const program = cli(['doctor', '--json'], more);
  const code = await program.ended;
  return { ...(JSON.parse(program.stdout()) as Omit<Doctor, 'code'>), code };
}

async function handled(worker: WorkerProcess): Promise<number> {
  const metrics = await (await fetch(worker.metricsUrl)).text();
  const counts = metrics.matchAll(/^staffprobot_bot_updates_handled_total\{result="\w+"\} (\d+)$/gm);
  return [...counts].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Sends as many messages, of which every `failEvery`-th fails, and waits until all are handled. */
async function send(worker: WorkerProcess, count: number, failEvery: number): Promise<void> {
  const before = await handled(worker);
  for (let i = 1; i <= count; i += 1) {
    const text = i % failEvery === 0 ? 'fail' : 'ok';
    fixture.telegram.pushText(botToken, { chatId: 1000 + (i % 7), text });
  }
  await until('all are handled', async () => ((await handled(worker)) === before + count ? true : undefined));
}

async function leads(): Promise<WorkerProcess> {
  const worker = await fixture.worker({ BOT_HANDLERS: handlersPath });
  await until('a heartbeat', async () =>
    (await observe(fixture.store)).heartbeat.kind === 'present' ? true : undefined,
  );
  return worker;
}

describe('handlers that fail', { timeout }, () => {
  it.each([
    ['5 %', 100, 20],
    ['50 %', 100, 2],
  ])('by %s ring nothing', async (_share, count, failEvery) => {
    const worker = await leads();
    await send(worker, count, failEvery);
    await systemClock.sleep(wouldHaveRungMs);
    const { handlers: report, reported } = await observe(fixture.store);
    expect([report, reported['handlers-failing']]).toEqual([undefined, undefined]);
    expect(await doctor()).toMatchObject({ code: 0, healthy: true, status: { state: 'works' } });
  });

  it('by 100 % raise the notice, fail the doctor, and clear when they work again', async () => {
    const worker = await leads();
    await send(worker, 20, 1);
    await until('the store says so', async () => (await observe(fixture.store)).handlers);
    const { handlers: report, reported } = await observe(fixture.store);
    expect(report).toMatchObject({
      failed: 20,
      handled: 20,
      lastError: 'invoice 4711: the ledger is closed',
    });
    await until(
      'the notice is raised',
      async () => (await observe(fixture.store)).reported['handlers-failing'],
    );
    expect(reported['another-poller']).toBeUndefined();
    expect(await doctor()).toMatchObject({
      code: 1,
      cause: 'handlers-failing',
      status: { state: 'handlers-failing', up: true },
    });
    const status = cli(['status']);
    await status.ended;
    expect(status.stdout()).toMatch(/^The handlers fail: 20 of 20 updates within 10 minutes\.\n/);
    expect(status.stdout()).toContain('the ledger is closed');
    await send(worker, 21, 1000);
    await until('the store forgets it', async () =>
      (await observe(fixture.store)).handlers === undefined ? true : undefined,
    );
    expect(await doctor()).toMatchObject({ code: 0, status: { state: 'works' } });
  });

  it('are reported without the token, and forgotten by the next term', async () => {
    const worker = await leads();
    await send(worker, 10, 1);
    fixture.telegram.pushText(botToken, { chatId: 5, text: 'leak' });
    const report = await until('the store says so', async () => (await observe(fixture.store)).handlers);
    expect(report.lastError).toMatch(/^GET https:.*: 500$/);
    expect(report.lastError).not.toContain(botToken.split(':')[1]);
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await leads();
    await until('the next leader beats', async () => ((await doctor()).code === 0 ? true : undefined));
  });
});

describe('nobody polls', { timeout }, () => {
  it('while both workers are frozen: said as soon as the lease has ended, to who watches too', async () => {
    const workers = [await leads(), await fixture.worker({ BOT_HANDLERS: handlersPath })];
    const watch = cli(['status', '--watch', '--json']);
    await watch.says(/"state":"works"/);
    for (const worker of workers) worker.signal('SIGSTOP');
    await watch.says(/"state":"not-polling"/);
    expect(await doctor()).toMatchObject({
      code: 1,
      cause: 'nobody-holds-the-lock',
      status: { state: 'not-polling', up: true },
    });
    for (const worker of workers) worker.signal('SIGCONT');
    await until('a worker polls again', async () => ((await doctor()).code === 0 ? true : undefined));
    const states = () =>
      [...watch.stdout().matchAll(/^\{.*"state":"([\w-]+)".*\}$/gm)].map(([, state]) => state);
    await until('the watcher sees it', () => (states().at(-1) === 'works' ? true : undefined));
    expect(states().slice(0, 2)).toEqual(['works', 'not-polling']);
    watch.signal('SIGINT');
    expect(await watch.ended).toBe(0);
  });

  it('after the token was revoked, with and without the token here', async () => {
    const worker = await leads();
    fixture.telegram.fault({ token: botToken, kind: '401' });
    fixture.telegram.pushText(botToken, { chatId: 5, text: 'wake the parked poll' });
    expect(await worker.ended).toBe(77);
    expect(await doctor()).toMatchObject({
      code: 1,
      cause: 'token-rejected',
      status: { state: 'not-polling' },
    });
    expect(await doctor({ TELEGRAM_BOT_TOKEN_PROD: '' })).toMatchObject({
      code: 1,
      cause: 'nobody-holds-the-lock',
    });
  });
});
