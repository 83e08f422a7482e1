import assert from 'node:assert/strict';
import { it } from 'node:test';
import { startTestBot } from 'staffprobot/testing';

it('asks who comes to lunch', async () => {
  await using bot = await startTestBot({ handlers: new URL('./example-lunch.ts', import.meta.url) });
  const anna = bot.person('Anna');
  assert.equal((await anna.say('/lunch')).text, 'Lunch at noon?');
  assert.equal((await anna.press('I am in')).notice, 'Enjoy');
});
