import { startTestBot, type TestBot } from 'staffprobot/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

let bot: TestBot;
beforeEach(async () => {
  const toFake = ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] as const;
  vi.useFakeTimers({ toFake: [...toFake], now: new Date('2026-12-04T11:59:00+01:00') });
  vi.stubEnv('LUNCH_CHAT_ID', '4711');
  bot = await startTestBot({ handlers: new URL('./example-schedules.ts', import.meta.url) });
});
afterEach(async () => {
  await bot.stop();
  vi.unstubAllEnvs();
  vi.useRealTimers();
});

it('announces lunch at noon on working days', async () => {
  const anna = bot.person('Anna', { id: 4711 });
  expect((await anna.say('/lunch')).text).toBe('12/4/2026, 12:00:00 PM');

  await vi.advanceTimersByTimeAsync(60_000);
  expect((await anna.next()).text).toBe('Lunch!');

  // The day after is a Saturday.
  expect((await anna.say('/lunch')).text).toBe('12/7/2026, 12:00:00 PM');
});
