/** The worker over the shipped scripts, on a virtual clock. What it does under faults is the simulator's to check. */
import { beforeEach, describe, expect, it } from 'vitest';
import { redisUpdateJournal } from '../../services/adapters/redis/journal/update-journal.ts';
import { redisLockOverride } from '../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../services/adapters/redis/lease/lock-store.ts';
import { Worker, type WorkerOptions } from '../../services/bot/worker.ts';
import { readHeartbeat } from '../../services/core/lease/heartbeat.ts';
import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
} from '../../services/core/platform/bot-api.ts';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { type EmbeddedRunner, embeddedRunner } from '../support/embedded-runner.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { quietOptions } from './quiet-options.ts';

const keys = storeKeys('');
let clock: VirtualClock;
let store: EmbeddedRunner;
/** How far the store's clock is ahead of the worker's. */
let storeAheadMs: number;
let stop: AbortController;
let calls: { method: string; parameters: Readonly<Record<string, unknown>>; afterRelease: boolean }[];
/** What Telegram answers in place of the usual. */
let answers: Record<string, unknown>;

beforeEach(async () => {
  clock = new VirtualClock();
  store = await embeddedRunner();
  storeAheadMs = 0;
  Object.defineProperty(store, 'nowMs', { get: () => clock.wallMs() + storeAheadMs });
  await store.command(['SET', keys.epoch, '0']);
  stop = new AbortController();
  calls = [];
  answers = { getMe: { id: 1, username: 'staff_bot' }, getWebhookInfo: { url: '' }, getUpdates: [] };
});

const api: BotApi = {
  async call<Result>(
    method: string,
    parameters: Readonly<Record<string, unknown>>,
    { signal }: { signal?: AbortSignal },
  ): Promise<Result> {
    calls.push({ method, parameters, afterRelease: store.ran.some((name) => name.startsWith('release-')) });
    await clock.sleep(Number(parameters['timeout'] ?? 0) * 1000 + 20, signal);
    const answer = answers[method] ?? true;
    if (answer instanceof Error) throw answer;
    return answer as Result;
  },
};

/** Runs a worker; `code` is its exit code once it has ended. */
function start(options: Partial<WorkerOptions> = {}) {
  const worker = new Worker({
    clock,
    api,
    lockStore: redisLockStore(store, keys, '1'),
    journal: redisUpdateJournal(store, keys),
    ...quietOptions,
    ...options,
  });
  const running: { worker: Worker; code?: number } = { worker };
  void worker.run(stop.signal).then((code) => {
    running.code = code;
  });
  return running;
}

const refusal = (method: string, description: string) =>
  new BotApiRefusedError(method, { status: 409, description });
const called = (method: string) => calls.filter((call) => call.method === method);
const get = async (key: string) => (await store.command(['GET', key])) as string | null;

describe('a term’s first heartbeat', () => {
  it.each([
    ['six minutes slow', 360_000],
    ['right', 0],
    ['six minutes fast', -360_000],
  ])('is on the store’s clock if the worker’s is %s', async (_name, aheadMs) => {
    storeAheadMs = aheadMs;
    start();
    // The first poll has ended, the first planned renewal is still to come.
    await clock.advance(6000);
    const heartbeat = readHeartbeat(await get(keys.heartbeat));
    expect(heartbeat).toMatchObject({ kind: 'present', heartbeat: { host: 'h', epoch: 1 } });
    expect(heartbeat.kind === 'present' && Math.abs(heartbeat.tsMs - store.nowMs)).toBeLessThan(6000);
    expect(store.ran.filter((name) => name.startsWith('renew-'))).toHaveLength(1);
  });

  it('waits for a poll that succeeds', async () => {
    answers['getUpdates'] = new Error('502');
    start();
    await clock.advance(60_000);
    expect(await get(keys.heartbeat)).toBeNull();
    expect(await get(keys.lock)).not.toBeNull();
  });
});

describe('a worker whose polls fail', () => {
  const beat = async () => readHeartbeat(await get(keys.heartbeat));

  it('says why in the heartbeat, which grows old meanwhile, and clears it with the next poll', async () => {
    start({ describe: (error) => `described: ${(error as Error).message}` });
    await clock.advance(10_000);
    const good = await beat();
    answers['getUpdates'] = new BotApiRefusedError('getUpdates', { status: 502, description: 'Bad Gateway' });
    await clock.advance(20_000);
    expect(await beat()).toMatchObject({
      tsMs: good.kind === 'present' ? good.tsMs : undefined,
      heartbeat: { last_error: expect.stringMatching(/^described: .*502/) },
    });
    answers['getUpdates'] = [];
    await clock.advance(40_000);
    expect(await beat()).toMatchObject({ heartbeat: { last_error: null } });
    stop.abort();
    await clock.advance(10_000);
  });

  it('says why in the heartbeat of the leader before, if its own first poll never comes', async () => {
    const first = start();
    await clock.advance(10_000);
    stop.abort();
    await clock.advance(10_000);
    expect(first.code).toBe(exitCodes.cleanStop);
    const good = await beat();
    stop = new AbortController();
    answers['getMe'] = new BotApiUnreachableError('getMe', 'no answer', { aborted: false, cause: undefined });
    start();
    await clock.advance(20_000);
    expect(await beat()).toMatchObject({
      tsMs: good.kind === 'present' ? good.tsMs : undefined,
      heartbeat: { last_error: expect.stringContaining('no answer') },
    });
    stop.abort();
    await clock.advance(10_000);
  });
});

describe('a worker that starts', () => {
  it('takes no lock if Telegram rejects the token', async () => {
    answers['getMe'] = new BotApiRefusedError('getMe', { status: 401, description: 'Unauthorized' });
    const running = start();
    await clock.advance(1000);
    expect(running.code).toBe(exitCodes.tokenRejected);
    expect(store.ran.filter((name) => name.startsWith('acquire-'))).toEqual([]);
  });

  it('takes the lock even if Telegram is away, and asks again until it knows the bot', async () => {
    answers['getMe'] = new Error('502');
    start();
    await clock.advance(5000);
    expect(await get(keys.lock)).not.toBeNull();
    expect(called('getUpdates')).toEqual([]);
    answers['getMe'] = { id: 1, username: 'staff_bot' };
    await clock.advance(3000);
    expect(called('getUpdates')).not.toEqual([]);
  });

  it('ends and changes nothing if the lock is held and it is to exit then', async () => {
    await store.command(['SET', keys.lock, 'foreign', 'PX', '60000']);
    const running = start({ whenHeld: 'exit' });
    await clock.advance(1000);
    expect(running.code).toBe(exitCodes.lockHeldByAnother);
    expect(await get(keys.lock)).toBe('foreign');
    expect(await get(keys.epoch)).toBe('0');
  });

  it.each(['standby', 'exit'] as const)(
    'ends and changes nothing on the store of another bot, even while its lock is held (%s)',
    async (whenHeld) => {
      answers['getMe'] = new Error('502');
      await store.command(['SET', keys.bot, '2']);
      await store.command(['SET', keys.lock, 'foreign', 'PX', '60000']);
      const troubles: unknown[] = [];
      const leaseObserver = {
        ...quietOptions.leaseObserver,
        onTrouble: (_what: string, error: unknown) => troubles.push(error),
      };
      const running = start({ whenHeld, leaseObserver });
      await clock.advance(1000);
      expect(running.code).toBe(exitCodes.configuration);
      expect(troubles).toEqual([expect.objectContaining({ code: 'STORE_OF_ANOTHER_BOT' })]);
      expect(await get(keys.bot)).toBe('2');
      expect(store.ran.filter((name) => /^[a-z]+-polling/.test(name))).toEqual(['acquire-polling-lock-8']);
    },
  );

  it('stands by otherwise, polls nothing meanwhile, and says so on its health page', async () => {
    await store.command(['SET', keys.lock, 'foreign', 'PX', '60000']);
    const { worker } = start();
    await clock.advance(59_000);
    expect(called('getUpdates')).toEqual([]);
    expect(worker.state.report(clock.monotonicMs())).toMatchObject({
      healthy: true,
      body: { role: 'standby' },
    });
    await clock.advance(2000);
    expect(called('getUpdates')).not.toEqual([]);
  });

  it('removes a webhook and keeps pending updates', async () => {
    answers['getWebhookInfo'] = { url: 'https://hook.example' };
    start();
    await clock.advance(1000);
    expect(called('deleteWebhook')).toMatchObject([{ parameters: { drop_pending_updates: false } }]);
  });
});

describe('a worker that stops', () => {
  it('releases its lock and ends with 0', async () => {
    const running = start();
    await clock.advance(10_000);
    stop.abort();
    await clock.advance(1000);
    expect(running.code).toBe(exitCodes.cleanStop);
    expect(await get(keys.lock)).toBeNull();
    expect(called('deleteWebhook')).toEqual([]);
  });

  it('drops pending updates if it is a development bot, before it releases the lock', async () => {
    start({ dropPendingOnStop: true });
    await clock.advance(10_000);
    stop.abort();
    await clock.advance(1000);
    expect(called('deleteWebhook')).toMatchObject([
      { parameters: { drop_pending_updates: true }, afterRelease: false },
    ]);
  });

  it('leaves them alone if another program has set a webhook since: they are its own', async () => {
    start({ dropPendingOnStop: true, endsAtConflict: true });
    await clock.advance(10_000);
    answers['getUpdates'] = refusal('getUpdates', "Conflict: can't use getUpdates while webhook is active");
    await clock.advance(6000);
    stop.abort();
    await clock.advance(10_000);
    expect(called('deleteWebhook').map(({ parameters }) => parameters['drop_pending_updates'])).not.toContain(
      true,
    );
  });

  it('leaves pending updates alone if it only stood by', async () => {
    await store.command(['SET', keys.lock, 'foreign', 'PX', '60000']);
    const running = start({ dropPendingOnStop: true });
    await clock.advance(10_000);
    stop.abort();
    await clock.advance(1000);
    expect(running.code).toBe(exitCodes.cleanStop);
    expect(called('deleteWebhook')).toEqual([]);
  });
});

describe('a worker whose token another program polls with', () => {
  const conflict = refusal('getUpdates', 'Conflict: terminated by other getUpdates request');

  it('goes on in production: the lease decides', async () => {
    answers['getUpdates'] = conflict;
    const running = start();
    await clock.advance(20_000);
    expect(running.code).toBeUndefined();
    expect(called('getUpdates').length).toBeGreaterThan(2);
  });

  it('ends in development at the first conflict, releases its lock and leaves the pending updates', async () => {
    answers['getUpdates'] = conflict;
    const running = start({ endsAtConflict: true, dropPendingOnStop: true });
    await clock.advance(5000);
    expect(running.code).toBe(exitCodes.lockHeldByAnother);
    expect(called('getUpdates')).toHaveLength(1);
    expect(called('deleteWebhook')).toEqual([]);
    expect(await get(keys.lock)).toBeNull();
  });
});

describe('a worker whose lock was revoked', () => {
  it('releases it and waits a moment, so that another worker may take it', async () => {
    start();
    await clock.advance(6000);
    const value = (await get(keys.lock)) ?? '';
    await redisLockOverride(store, keys).revoke(value, { who: 'ops', why: 'test' });
    await clock.advance(5000);
    expect(await get(keys.lock)).toBeNull();
    await clock.advance(3000);
    expect(await get(keys.epoch)).toBe('2');
  });
});

describe('a leader that Telegram does not answer', () => {
  const away = new BotApiUnreachableError('getUpdates', 'HTTP 502', { aborted: false, cause: undefined });

  it('gives way after two TTLs, and stays out while a standby that gets through polls', async () => {
    const { worker } = start();
    await clock.advance(10_000);
    const own = await get(keys.lock);
    answers = { getMe: away, getWebhookInfo: away, getUpdates: away };
    await clock.advance(54_000);
    expect(await get(keys.lock)).toBe(own);
    await clock.advance(17_000);
    expect(await get(keys.lock)).toBeNull();
    expect(worker.state.report(clock.monotonicMs()).body).toMatchObject({ role: 'standby' });
    await store.command(['SET', keys.lock, 'a standby', 'PX', '3600000']);
    await clock.advance(600_000);
    expect(await get(keys.lock)).toBe('a standby');
  });

  it('comes back as soon as Telegram answers if nobody else took the lock', async () => {
    start();
    await clock.advance(10_000);
    answers = { getMe: away, getWebhookInfo: away, getUpdates: away };
    await clock.advance(71_000);
    expect(await get(keys.lock)).toBeNull();
    answers = { getMe: { id: 1, username: 'staff_bot' }, getWebhookInfo: { url: '' }, getUpdates: [] };
    await clock.advance(15_000);
    expect(await get(keys.lock)).not.toBeNull();
  });

  it('tries again after its delay even if no probe succeeds, and gives way again', async () => {
    answers = { getMe: away, getWebhookInfo: away, getUpdates: away };
    start();
    const heldAt: boolean[] = [];
    for (let second = 0; second < 240; second++) {
      await clock.advance(1000);
      heldAt.push((await get(keys.lock)) !== null);
    }
    const changes = heldAt.filter((isHeld, at) => at > 0 && isHeld !== heldAt[at - 1]).length;
    expect(changes).toBeGreaterThanOrEqual(3);
  });

  it.each([409, 429])('keeps the lock if Telegram answers %i', async (status) => {
    start();
    await clock.advance(10_000);
    const own = await get(keys.lock);
    answers['getUpdates'] = new BotApiRefusedError('getUpdates', { status, description: 'no' });
    await clock.advance(300_000);
    expect(await get(keys.lock)).toBe(own);
  });

  it('stops at once while it stays out', async () => {
    const running = start();
    answers = { getMe: away, getWebhookInfo: away, getUpdates: away };
    await clock.advance(75_000);
    stop.abort();
    await clock.advance(100);
    expect(running.code).toBe(exitCodes.cleanStop);
  });
});
