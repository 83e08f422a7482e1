/**
 * Delivery with real processes: a leader and a standby under load, while workers are killed and the store and Telegram
 * fail. The handlers record what they do; `support/delivery-record.ts` checks the record.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { botMetricNames } from '../../services/bot/contract.ts';
import { Prng } from '../simulator/prng.ts';
import { botToken, keys, type WorkerProcess } from '../support/bot-fixture.ts';
import { startEndlessTelegram } from '../support/endless-telegram.ts';
import { until } from '../support/program.ts';
import { brokenPromises } from './support/delivery-record.ts';
import { type PairMember, type SendOptions, WorkerPair } from './support/worker-pair.ts';

let pair: WorkerPair;
afterEach(() => pair.stop());

const chats = 60;
/** Fewer than one poll returns. */
const unconfirmed = 80;
const stormLimitMs = 180_000;
/** This many messages may still be in flight when the next disturbance begins. */
const underWay = 120;

function everydayMessages(prng: Prng, count: number): SendOptions[] {
  return Array.from({ length: count }, () => {
    const chatId = prng.integer(1, chats);
    const what = prng.happens(0.6)
      ? 'fast'
      : prng.oneOf(['reply', 'throw', `slow ${prng.integer(1, 60)}`, `slow ${prng.integer(100, 400)}`]);
    return { chatId, what };
  });
}

/** A kill costs each update in flight an attempt. Waiting for second attempts keeps three kills from hitting one update. */
async function noSecondAttempts(): Promise<void> {
  await until('no update is at its second attempt', async () =>
    [...(await pair.journal()).values()].every((attempts) => attempts < 2) ? true : undefined,
  );
}

async function expectPromisesKept(): Promise<void> {
  await pair.done();
  const { sent, ends } = pair;
  expect(brokenPromises({ sent, ends, lines: pair.lines(), dead: await pair.dead() })).toEqual([]);
}

type Disturbance = (leader: PairMember) => Promise<unknown> | unknown;

const telegramFails =
  (kind: '429' | '502-html' | 'truncated' | 'reset' | 'lose-answer', times: number): Disturbance =>
  () =>
    pair.fixture.telegram.fault({ token: botToken, method: 'getUpdates', kind, times, retryAfter: 1 });

const storeFails =
  (kind: 'refuse' | 'hang' | 'lose-answer', times: number): Disturbance =>
  ({ storeToken }) =>
    pair.fixture.redis.faults.set(storeToken, { kind, times });

const disturbances: Readonly<Record<string, Disturbance>> = {
  'kill -9': async ({ worker }) => {
    await noSecondAttempts();
    worker.signal('SIGKILL');
    await worker.ended;
  },
  'kill -9, reported as ECS does': async ({ worker }) => {
    await noSecondAttempts();
    worker.signal('SIGKILL');
    await worker.ended;
    await pair.report(worker.pid);
  },
  // While the store works, no finished update may be repeated.
  SIGTERM: async ({ worker }) => {
    pair.fixture.redis.faults.clear();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
  },
  'SIGTERM while Telegram fails': async ({ worker }) => {
    const { telegram, redis } = pair.fixture;
    redis.faults.clear();
    telegram.fault({ kind: 'none' });
    await pair.done();
    await telegram.waitForState(botToken, ({ parkedPoll }) => parkedPoll?.ghost === false);
    // The parked poll receives these. From now on nothing can be confirmed.
    telegram.fault({ token: botToken, method: 'getUpdates', kind: '502-html' });
    pair.send(
      Array.from({ length: unconfirmed }, (_, index) => ({ chatId: 1 + (index % chats), what: 'fast' })),
    );
    await pair.done();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    telegram.fault({ kind: 'none' });
  },
  'a pause': async ({ worker }) => {
    await noSecondAttempts();
    const before = await pair.fixture.get(keys.lock);
    worker.signal('SIGSTOP');
    await pair.recordEnd(worker.pid, { stoppedCleanly: false });
    await pair.fixture.lockOtherThan(before);
    worker.signal('SIGCONT');
  },
  '429': telegramFails('429', 2),
  '502': telegramFails('502-html', 2),
  'a truncated answer': telegramFails('truncated', 1),
  'a lost answer': telegramFails('lose-answer', 2),
  'a reset': telegramFails('reset', 2),
  // Without truncated answers: those make a handler wait for its 20 s deadline.
  'failing sends': () => {
    for (const kind of ['429', '502-html', 'lose-answer', 'reset'] as const)
      pair.fixture.telegram.fault({ token: botToken, method: 'sendMessage', kind, times: 2 });
  },
  'a store that refuses': storeFails('refuse', 3),
  'a store that hangs': storeFails('hang', 2),
  'a store whose answers are lost': storeFails('lose-answer', 6),
  // The queue's ids start again below delivered ones, as the real server's do after a quiet week.
  'ids that jump down': () => {
    if (pair.lines().length > 0) pair.send([{ chatId: 1, what: 'fast', updateId: 1000 }]);
  },
  'a rogue poller': async () => {
    const rogue = `${pair.fixture.telegram.url}/bot${botToken}/getUpdates?timeout=1`;
    for (let poll = 0; poll < 3; poll++) await (await fetch(rogue)).text();
  },
};

describe('a storm over a leader and a standby', () => {
  it.each([4207])(
    'loses nothing, keeps the order and repeats only what it must (seed %i)',
    async (seed) => {
      const prng = new Prng(seed);
      pair = await WorkerPair.create();
      pair.send(everydayMessages(prng, 400));
      await pair.start();
      for (const disturb of shuffled(prng, Object.values(disturbances))) {
        pair.send(everydayMessages(prng, prng.integer(150, 250)));
        await disturb(await pair.leader());
        await pair.done(underWay);
      }
      await expectPromisesKept();
      expect(pair.fixture.telegram.state(botToken).pending).toBe(0);
    },
    stormLimitMs,
  );
});

describe('messages that crash the worker that handles them', () => {
  it('become dead letters after three attempts and harm no other message', async () => {
    const prng = new Prng(31);
    pair = await WorkerPair.create({ deathsAreReported: true });
    const deadly = ['kill 0', 'exit 15', 'crash 5', 'kill 0'].map((what, index) => ({
      chatId: index + 1,
      what,
    }));
    // Before, among and after everyday messages, in the same chats and in others.
    pair.send([...everydayMessages(prng, 40), ...deadly, ...everydayMessages(prng, 250)]);
    await pair.start();
    await pair.done();
    pair.send(everydayMessages(prng, 100));
    await expectPromisesKept();
    await until('the journal is empty', async () => ((await pair.journal()).size === 0 ? true : undefined));
  });

  it('are handled by the next leader once they are put back and the handler is fixed', async () => {
    pair = await WorkerPair.create({ deathsAreReported: true });
    pair.send([{ chatId: 1, what: 'kill-unfixed' }]);
    await pair.start([0]);
    await pair.done();
    expect(await pair.retry(0)).toBe('put back');
    pair.open(0);
    pair.send([{ chatId: 1, what: 'fast' }]);
    await pair.done(1);
    const { worker } = await pair.leader();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await pair.done();
    const begun = pair.lines().filter(({ event, number }) => event === 'begin' && number === 0);
    expect(begun.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1]);
    await until('the journal is empty', async () => ((await pair.journal()).size === 0 ? true : undefined));
  });
});

describe('a handler that never ends', () => {
  it('holds up only its own chat, however many messages wait there and elsewhere', async () => {
    const prng = new Prng(5);
    pair = await WorkerPair.create({ environment: { UPDATES_IN_FLIGHT_MAX: '40' } });
    await pair.start([0]);
    pair.send([{ chatId: 999, what: 'held' }]);
    const behind = Array.from({ length: 200 }, () => ({ chatId: 999, what: 'fast' }));
    pair.send([...behind, ...everydayMessages(prng, 800)]);
    await pair.done(1 + behind.length);
    expect(pair.lines().filter(({ event, number }) => event === 'end' && number <= behind.length)).toEqual(
      [],
    );
    pair.open(0);
    await expectPromisesKept();
  });

  it('runs again under the next leader after the drain timed out', async () => {
    pair = await WorkerPair.create({ environment: { DRAIN_TIMEOUT_SECONDS: '1' } });
    await pair.start();
    pair.send([
      { chatId: 1, what: 'held-once' },
      { chatId: 1, what: 'fast' },
      { chatId: 2, what: 'fast' },
    ]);
    await pair.done(2);
    const { worker } = await pair.leader();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await expectPromisesKept();
    const begun = pair.lines().filter(({ event }) => event === 'begin');
    expect(begun.map(({ number, attempt }) => [number, attempt])).toEqual([
      [0, 1],
      [2, 1],
      [0, 2],
      expect.arrayContaining([1]),
    ]);
  });
});

describe('a flood', () => {
  const queued = 200_000;
  const inFlightMax = 50;
  const looked = 20_000;
  /** Too small a heap for all pending messages. */
  const smallHeap = '--max-old-space-size=96';

  it('is fetched only up to the limit in flight', async () => {
    pair = await WorkerPair.create({
      environment: { UPDATES_IN_FLIGHT_MAX: String(inFlightMax), NODE_OPTIONS: smallHeap },
    });
    const message = (index: number) => ({
      chatId: index + 1,
      text: `${index} ${index < inFlightMax ? 'held' : 'fast'}`,
    });
    await using flood = await startEndlessTelegram({ count: queued, message });
    await pair.start([0], { TELEGRAM_API_ROOT: flood.url });
    const { worker } = await pair.leader();
    const inFlight = () => metricOf(worker, botMetricNames.updatesInFlight);
    const handled = () => metricOf(worker, `${botMetricNames.updatesHandled}{result="ok"}`);
    await until('the limit is reached', async () => ((await inFlight()) === inFlightMax ? true : undefined));
    await worker.says(/fetching holds/);
    expect(flood.delivered()).toBe(inFlightMax);
    for (let number = 0; number < inFlightMax; number++) pair.open(number);
    await until('a part of the flood is handled', async () => {
      // Read the handled count first: updates delivered in between count against the limit.
      const before = await handled();
      expect(await inFlight()).toBeLessThanOrEqual(inFlightMax);
      expect(flood.confirmed()).toBeLessThan(queued);
      return before >= looked ? true : undefined;
    });
    const ended = pair.lines().filter(({ event }) => event === 'end');
    expect(new Set(ended.map(({ number }) => number)).size).toBe(ended.length);
  });
});

describe('a store that does not answer', () => {
  it('keeps unfinished updates unconfirmed, and delivery resumes by itself', async () => {
    pair = await WorkerPair.create({
      environment: { POLLING_LOCK_TTL_SECONDS: '60', POLLING_LOCK_RENEW_SECONDS: '20' },
    });
    await pair.start([0]);
    pair.send([{ chatId: 1, what: 'fast' }]);
    await pair.done();
    const { worker, storeToken } = await pair.leader();
    pair.fixture.redis.faults.set(storeToken, { kind: 'refuse' });
    pair.send([
      { chatId: 1, what: 'held' },
      { chatId: 2, what: 'fast' },
    ]);
    await worker.says(/write the journal failed/);
    pair.send([{ chatId: 3, what: 'fast' }]);
    expect(pair.fixture.telegram.state(botToken).pending).toBe(3);
    pair.fixture.redis.faults.clear();
    await pair.done(1);
    expect((await pair.journal()).get(1)).toBe(1);
    pair.open(1);
    await expectPromisesKept();
  });
});

describe('fast traffic', () => {
  it('needs no store requests beyond those of the lease', async () => {
    pair = await WorkerPair.create();
    await pair.start([0]);
    pair.send(Array.from({ length: 2000 }, (_, index) => ({ chatId: index % chats, what: 'fast' })));
    await pair.done();
    const { worker } = await pair.leader();
    const metrics = await (await fetch(worker.metricsUrl)).text();
    const scripts = [...metrics.matchAll(/^staffprobot_bot_store_commands_total\{script="([^"]+)"\}/gm)];
    expect(scripts.map(([, script]) => script).toSorted()).toEqual(
      ['acquire-polling-lock', 'open-journal', 'ping', 'renew-polling-lock'].map((name) =>
        expect.stringContaining(name),
      ),
    );
    await expectPromisesKept();
  });
});

async function metricOf({ metricsUrl }: WorkerProcess, name: string): Promise<number> {
  const lines = (await (await fetch(metricsUrl)).text()).split('\n');
  return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? -1);
}

function shuffled<T>(prng: Prng, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: prng.unit() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
