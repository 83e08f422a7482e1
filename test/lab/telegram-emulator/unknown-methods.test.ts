import { afterAll, beforeAll, expect, it } from 'vitest';
import { onUnknownMethod } from '../../../services/lab/telegram-emulator/unknown-methods.ts';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';

let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

it('an unknown method is one line with its chat, a known one none', async () => {
  const lines: string[] = [];
  onUnknownMethod(telegram, (line) => lines.push(line));
  for (const call of [
    'getMe',
    'sendTelegraph?chat_id=7',
    'postStory',
    `a%09b%E2%80%AEc?chat_id=${'9'.repeat(99)}`,
  ]) {
    await fetch(`${telegram.url}/bot1:a/${call}`);
  }
  expect(lines).toEqual([
    expect.stringContaining('method "sendTelegraph" (chat "7") is unknown here'),
    expect.stringContaining('method "postStory" (no chat) is unknown here'),
    expect.stringContaining(`method "a b\\u202ec" (chat "${'9'.repeat(63)}…") is unknown here`),
  ]);
});
