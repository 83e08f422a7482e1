/**
 * Delivery with real processes: a leader and a standby under load, while workers are killed and the store and
 * Telegram fail. What happened is read from what the handlers wrote down, and checked in `support/delivery-record.ts`.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { botMetricNames } from '../../services/bot/contract.ts';
import { SeededChance } from '../simulator/prng.ts';
import { botToken, keys, type WorkerProcess } from '../support/bot-fixture.ts';
import { startEndlessTelegram } from '../support/endless-telegram.ts';
import { until } from '../support/program.ts';
import { Crew, type Member, type SendOptions } from './support/crew.ts';
import { brokenPromises } from './support/delivery-record.ts';

let crew: Crew;
afterEach(() => crew.stop());

const chats = 60;
/** Less than one poll takes. */
const unconfirmed = 80;
const stormLimitMs = 180_000;
/** Of the last messages so many may still be under way when the next disturbance begins. */
const underWay = 120;

function everydayMessages(chance: SeededChance, count: number): SendOptions[] {
  return Array.from({ length: count }, () => {
    const chatId = chance.integer(1, chats);
    const what = chance.happens(0.6)
      ? 'fast'
      : chance.oneOf(['reply', 'throw', `slow ${chance.integer(1, 60)}`, `slow ${chance.integer(100, 400)}`]);
    return { chatId, what };
  });
}

/** A kill costs whoever is under way an attempt: so that three kills do not fall on one, it waits for second ones. */
async function nobodyTriedTwice(): Promise<void> {
  await until('nobody is at a second attempt', async () =>
    [...(await crew.journal()).values()].every((attempts) => attempts < 2) ? true : undefined,
  );
}

async function expectPromisesKept(): Promise<void> {
  await crew.done();
  const { sent, ends } = crew;
  expect(brokenPromises({ sent, ends, lines: crew.lines(), dead: await crew.dead() })).toEqual([]);
}

type Disturbance = (leader: Member) => Promise<unknown> | unknown;

const telegramFails =
  (kind: '429' | '502-html' | 'truncated' | 'reset' | 'lose-answer', times: number): Disturbance =>
  () =>
    crew.stage.telegram.fault({ token: botToken, method: 'getUpdates', kind, times, retryAfter: 1 });

const storeFails =
  (kind: 'refuse' | 'hang' | 'lose-answer', times: number): Disturbance =>
  ({ storeToken }) =>
    crew.stage.redis.faults.set(storeToken, { kind, times });

const disturbances: Readonly<Record<string, Disturbance>> = {
  'kill -9': async ({ worker }) => {
    await nobodyTriedTwice();
    worker.signal('SIGKILL');
    await worker.ended;
  },
  'kill -9, reported as ECS does': async ({ worker }) => {
    await nobodyTriedTwice();
    worker.signal('SIGKILL');
    await worker.ended;
    await crew.report(worker.pid);
  },
  // As long as the store works, nothing that was finished may come again.
  SIGTERM: async ({ worker }) => {
    crew.stage.redis.faults.clear();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
  },
  'SIGTERM while Telegram fails': async ({ worker }) => {
    const { telegram, redis } = crew.stage;
    redis.faults.clear();
    telegram.fault({ kind: 'none' });
    await crew.done();
    await telegram.waitForState(botToken, ({ parkedPoll }) => parkedPoll?.ghost === false);
    // The poll that waits takes these; nothing can be confirmed any more.
    telegram.fault({ token: botToken, method: 'getUpdates', kind: '502-html' });
    crew.send(
      Array.from({ length: unconfirmed }, (_, index) => ({ chatId: 1 + (index % chats), what: 'fast' })),
    );
    await crew.done();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    telegram.fault({ kind: 'none' });
  },
  'a pause': async ({ worker }) => {
    await nobodyTriedTwice();
    const before = await crew.stage.get(keys.lock);
    worker.signal('SIGSTOP');
    await crew.account(worker.pid, { stoppedWell: false });
    await crew.stage.lockOtherThan(before);
    worker.signal('SIGCONT');
  },
  '429': telegramFails('429', 2),
  '502': telegramFails('502-html', 2),
  'a truncated answer': telegramFails('truncated', 1),
  'a lost answer': telegramFails('lose-answer', 2),
  'a reset': telegramFails('reset', 2),
  // No truncated answer here: a handler then waits for the deadline of 20 s.
  'failing sends': () => {
    for (const kind of ['429', '502-html', 'lose-answer', 'reset'] as const)
      crew.stage.telegram.fault({ token: botToken, method: 'sendMessage', kind, times: 2 });
  },
  'a store that refuses': storeFails('refuse', 3),
  'a store that hangs': storeFails('hang', 2),
  'a store whose answers are lost': storeFails('lose-answer', 6),
  // An id below one that was delivered: the queue's ids begin anew, as the real server's do after a quiet week.
  'ids that jump down': () => {
    if (crew.lines().length > 0) crew.send([{ chatId: 1, what: 'fast', updateId: 1000 }]);
  },
  'a rogue poller': async () => {
    const rogue = `${crew.stage.telegram.url}/bot${botToken}/getUpdates?timeout=1`;
    for (let poll = 0; poll < 3; poll++) await (await fetch(rogue)).text();
  },
};

describe('a storm over a leader and a standby', () => {
  it.each([4207])(
    'loses nothing, keeps the order and repeats only what it must (seed %i)',
    async (seed) => {
      const chance = new SeededChance(seed);
      crew = await Crew.gather();
      crew.send(everydayMessages(chance, 400));
      await crew.start();
      for (const disturb of shuffled(chance, Object.values(disturbances))) {
        crew.send(everydayMessages(chance, chance.integer(150, 250)));
        await disturb(await crew.leader());
        await crew.done(underWay);
      }
      await expectPromisesKept();
      expect(crew.stage.telegram.state(botToken).pending).toBe(0);
    },
    stormLimitMs,
  );
});

describe('messages that kill whoever handles them', () => {
  it('are given up after three attempts, and take nobody with them', async () => {
    const chance = new SeededChance(31);
    crew = await Crew.gather({ deathsAreReported: true });
    const deadly = ['kill 0', 'exit 15', 'crash 5', 'kill 0'].map((what, index) => ({
      chatId: index + 1,
      what,
    }));
    // Before, among and behind everyday ones, in their chats and in others.
    crew.send([...everydayMessages(chance, 40), ...deadly, ...everydayMessages(chance, 250)]);
    await crew.start();
    await crew.done();
    crew.send(everydayMessages(chance, 100));
    await expectPromisesKept();
    await until('the journal is empty', async () => ((await crew.journal()).size === 0 ? true : undefined));
  });

  it('are handled by the next leader when they are put back, however soon, and are mended', async () => {
    crew = await Crew.gather({ deathsAreReported: true });
    crew.send([{ chatId: 1, what: 'kill-unmended' }]);
    await crew.start([0]);
    await crew.done();
    expect(await crew.retry(0)).toBe('put back');
    crew.open(0);
    crew.send([{ chatId: 1, what: 'fast' }]);
    await crew.done(1);
    const { worker } = await crew.leader();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await crew.done();
    const begun = crew.lines().filter(({ event, number }) => event === 'begin' && number === 0);
    expect(begun.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 1]);
    await until('the journal is empty', async () => ((await crew.journal()).size === 0 ? true : undefined));
  });
});

describe('a handler that does not end', () => {
  it('holds up its own chat alone, however much comes for that chat and for others', async () => {
    const chance = new SeededChance(5);
    crew = await Crew.gather({ environment: { UPDATES_IN_FLIGHT_MAX: '40' } });
    await crew.start([0]);
    crew.send([{ chatId: 999, what: 'held' }]);
    const behind = Array.from({ length: 200 }, () => ({ chatId: 999, what: 'fast' }));
    crew.send([...behind, ...everydayMessages(chance, 800)]);
    await crew.done(1 + behind.length);
    expect(crew.lines().filter(({ event, number }) => event === 'end' && number <= behind.length)).toEqual(
      [],
    );
    crew.open(0);
    await expectPromisesKept();
  });

  it('is handled again by the next leader, after a drain that could not wait for it', async () => {
    crew = await Crew.gather({ environment: { DRAIN_TIMEOUT_SECONDS: '1' } });
    await crew.start();
    crew.send([
      { chatId: 1, what: 'held-once' },
      { chatId: 1, what: 'fast' },
      { chatId: 2, what: 'fast' },
    ]);
    await crew.done(2);
    const { worker } = await crew.leader();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    await expectPromisesKept();
    const begun = crew.lines().filter(({ event }) => event === 'begin');
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
  /** A heap that could not hold what waits. */
  const smallHeap = '--max-old-space-size=96';

  it('is taken in only as far as there is room, and held back while every place is taken', async () => {
    crew = await Crew.gather({
      environment: { UPDATES_IN_FLIGHT_MAX: String(inFlightMax), NODE_OPTIONS: smallHeap },
    });
    const message = (index: number) => ({
      chatId: index + 1,
      text: `${index} ${index < inFlightMax ? 'held' : 'fast'}`,
    });
    await using flood = await startEndlessTelegram({ count: queued, message });
    await crew.start([0], { TELEGRAM_API_ROOT: flood.url });
    const { worker } = await crew.leader();
    const inFlight = () => metricOf(worker, botMetricNames.updatesInFlight);
    const handled = () => metricOf(worker, `${botMetricNames.updatesHandled}{result="ok"}`);
    await until('every place is taken', async () => ((await inFlight()) === inFlightMax ? true : undefined));
    await worker.says(/fetching holds/);
    expect(flood.delivered()).toBe(inFlightMax);
    for (let number = 0; number < inFlightMax; number++) crew.open(number);
    await until('a part of it is handled', async () => {
      // Handled is asked first: what is delivered in between counts against the limit.
      const before = await handled();
      expect(await inFlight()).toBeLessThanOrEqual(inFlightMax);
      expect(flood.confirmed()).toBeLessThan(queued);
      return before >= looked ? true : undefined;
    });
    const ended = crew.lines().filter(({ event }) => event === 'end');
    expect(new Set(ended.map(({ number }) => number)).size).toBe(ended.length);
  });
});

describe('a store that is away', () => {
  it('holds back what is unfinished, confirms none of it, and goes on by itself', async () => {
    crew = await Crew.gather({
      environment: { POLLING_LOCK_TTL_SECONDS: '60', POLLING_LOCK_RENEW_SECONDS: '20' },
    });
    await crew.start([0]);
    crew.send([{ chatId: 1, what: 'fast' }]);
    await crew.done();
    const { worker, storeToken } = await crew.leader();
    crew.stage.redis.faults.set(storeToken, { kind: 'refuse' });
    crew.send([
      { chatId: 1, what: 'held' },
      { chatId: 2, what: 'fast' },
    ]);
    await worker.says(/write the journal failed/);
    crew.send([{ chatId: 3, what: 'fast' }]);
    expect(crew.stage.telegram.state(botToken).pending).toBe(3);
    crew.stage.redis.faults.clear();
    await crew.done(1);
    expect((await crew.journal()).get(1)).toBe(1);
    crew.open(1);
    await expectPromisesKept();
  });
});

describe('fast traffic', () => {
  it('asks nothing of the store beyond the lease', async () => {
    crew = await Crew.gather();
    await crew.start([0]);
    crew.send(Array.from({ length: 2000 }, (_, index) => ({ chatId: index % chats, what: 'fast' })));
    await crew.done();
    const { worker } = await crew.leader();
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

function shuffled<T>(chance: SeededChance, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: chance.unit() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
