/**
 * Delivery with real processes: a leader and a standby under load, while workers are killed and the store and
 * Telegram fail. What happened is read from what the handlers wrote down, and checked in `support/delivery-record.ts`.
 */
import { afterEach, describe, expect, it } from 'vitest';
import { SeededChance } from '../simulator/chance.ts';
import { botToken, keys } from '../support/bot-stage.ts';
import { until } from '../support/program.ts';
import { Crew, type Member, type SendOptions } from './support/crew.ts';
import { brokenPromises } from './support/delivery-record.ts';

let crew: Crew;
afterEach(() => crew.stop());

const chats = 60;
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
  'kill -9 again': async ({ worker }) => {
    await nobodyTriedTwice();
    worker.signal('SIGKILL');
    await worker.ended;
  },
  SIGTERM: async ({ worker }) => {
    // With nothing in the way of the last confirmation, nothing that was finished may come again.
    crew.stage.telegram.fault({ kind: 'none' });
    crew.stage.redis.faults.clear();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
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
  'failing sends': () => {
    for (const kind of ['429', '502-html', 'truncated', 'reset'] as const)
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
  it.each([4207])('loses nothing, keeps the order and repeats only what it must (seed %i)', async (seed) => {
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
  });
});

function shuffled<T>(chance: SeededChance, list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, place: chance.unit() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
