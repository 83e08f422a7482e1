import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BenchFixture, openFixture } from '../../bench-fixture.ts';
import { countOf } from '../../record.ts';
import { ScaledBot } from './scaled-bot.ts';

let fixture: BenchFixture;
beforeAll(async () => {
  fixture = await openFixture();
});
afterAll(() => fixture.stop());

it('does the work of each message in queue mode, whichever process is killed', async () => {
  const run = await fixture.run();
  const bot = await ScaledBot.start(run, { mode: 1 });
  const epoch = await bot.epoch();
  await run.send([1, 2, 1].map((chatId) => ({ chatId, workMs: 1, reply: false, how: 'burn' })));
  expect(await run.settled(20_000)).toBe(true);
  await bot.killPoller();
  await bot.killConsumer();
  await run.send([{ chatId: 1, workMs: 1, reply: true }]);
  expect(await run.settled(40_000)).toBe(true);
  expect(countOf(run.sent, run.record)).toMatchObject({ sent: 5, lost: 0, orderBreaks: 0 });
  expect(await bot.epoch()).toBe(epoch + 1);
  expect(await bot.pollerCpuMs()).toBeGreaterThan(0);
  await run.stop();
});

it('polls without a consumer', async () => {
  const run = await fixture.run();
  await ScaledBot.start(run, { mode: 0 });
  await run.send([{ chatId: 1, workMs: 1, reply: false }]);
  expect(await run.confirmed(20_000)).toBe(true);
  expect(run.record.read().lines).toEqual([]);
  await run.stop();
});
