import { startTestBot, type TestBot } from 'staffprobot/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';

let bot: TestBot;
beforeEach(async () => {
  bot = await startTestBot({ handlers: new URL('./example-lunch.ts', import.meta.url) });
});
afterEach(() => bot.stop());

it('lists who comes to lunch, each of them once', async () => {
  const office = bot.group('Office');
  const anna = bot.person('Anna').in(office);
  const boris = bot.person('Boris').in(office);

  expect((await anna.say('/lunch')).text).toBe('Lunch at noon?');
  expect(await boris.press('I am in')).toMatchObject({ text: 'Lunch at noon?\n• Boris', notice: 'Enjoy' });
  expect(await anna.press('I am in')).toMatchObject({ text: 'Lunch at noon?\n• Boris\n• Anna' });

  const again = await anna.press('I am in');
  expect(again).toMatchObject({ messages: [], notice: 'You are in already' });
  expect(anna.sent().map(({ text }) => text)).toEqual(['Lunch at noon?\n• Boris\n• Anna']);
});

it('says so when Telegram refuses the answer', async () => {
  const anna = bot.person('Anna');
  bot.fault({ method: 'sendMessage', kind: '403-blocked', times: 1 });
  await expect(anna.say('/lunch')).rejects.toThrow('bot was blocked by the user');
});
