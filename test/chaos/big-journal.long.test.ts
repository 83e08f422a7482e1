/**
 * A real worker behind a store that refuses every request and answer over 1 MB: whatever a leader accepted, the next one
 * opens and handles. And a journal full of suspects, one of which ends the process.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { botToken, keys } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';
import { type SizeLimitedStore, startSizeLimitedStore } from '../support/size-limited-store.ts';
import { brokenPromises } from './support/delivery-record.ts';
import { WorkerPair } from './support/worker-pair.ts';

let pair: WorkerPair;
let gateway: SizeLimitedStore;

beforeEach(async () => {
  pair = await WorkerPair.create({ deathsAreReported: true });
  gateway = await startSizeLimitedStore(pair.fixture.redis.url);
});
afterEach(async () => {
  await pair.stop();
  await gateway[Symbol.asyncDispose]();
});

const start = () => pair.start([0], { UPSTASH_REDIS_REST_URL: gateway.url });

async function expectPromisesKept(): Promise<void> {
  await pair.done();
  const { sent, ends } = pair;
  expect(brokenPromises({ sent, ends, lines: pair.lines(), dead: await pair.dead() })).toEqual([]);
  expect(gateway.refused()).toBe(0);
}

const attemptsOf = (number: number) =>
  pair.lines().filter((line) => line.event === 'begin' && line.number === number).length;

describe('a crash with a journal that is too big for one answer', () => {
  it.each([
    ['100 updates of 12 kB', 100, 12_000],
    ['one update of 500 kB', 1, 500_000],
  ])('loses nothing: %s', async (_what, count, padding) => {
    await start();
    pair.send(Array.from({ length: count }, (_, index) => ({ chatId: index + 1, what: 'held', padding })));
    await until('all are journaled', async () => ((await pair.journal()).size === count ? true : undefined));
    const { worker } = await pair.leader();
    worker.signal('SIGKILL');
    await worker.ended;
    for (let number = 0; number < count; number++) pair.open(number);
    await expectPromisesKept();
  });
});

describe('20,000 updates left in the journal', () => {
  const count = 20_000;

  it('are opened and handled, and none is left after the stop', async () => {
    await pair.journalAsSent(
      Array.from({ length: count }, (_, index) => ({
        chatId: (index % 500) + 1,
        what: 'fast',
        padding: 450,
      })),
      1,
    );
    await start();
    await expectPromisesKept();
    const { worker } = await pair.leader();
    worker.signal('SIGTERM');
    expect(await worker.ended).toBe(0);
    expect((await pair.journal()).size).toBe(0);
  });
});

describe('a thousand chats at their second attempt', () => {
  const count = 1000;
  const poison = 700;
  const limitMs = 300_000;

  it(
    'are all handled but the one that kills the process, which becomes a dead letter',
    async () => {
      await pair.journalAsSent(
        Array.from({ length: count }, (_, index) => ({
          chatId: index + 1,
          what: index === poison ? 'kill 100' : 'slow 100',
        })),
        2,
      );
      await start();
      // In steps: each may take as long as a busy machine needs.
      for (const left of [900, 600, 300, 0]) await pair.done(left);
      expect([...(await pair.dead())]).toEqual([poison]);
      expect(attemptsOf(poison)).toBeLessThanOrEqual(2);
      expect(pair.fixture.telegram.state(botToken).pending).toBe(0);
      expect(await pair.fixture.store.command(['HLEN', keys.dead])).toBe(1);
    },
    limitMs,
  );
});
