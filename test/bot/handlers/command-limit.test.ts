import { beforeEach, expect, it } from 'vitest';
import { commandsPerMinuteMax, limitCommands } from '../../../services/bot/handlers/command-limit.ts';
import { Conversation } from './conversation.ts';

let nowMs: number;
let conversation: Conversation;
beforeEach(() => {
  nowMs = 0;
  conversation = new Conversation(limitCommands({ nowMs: () => nowMs, fallbackLocale: 'en' }));
});

async function flood(text: string, times: number, sender = { from: 7 }): Promise<(string | undefined)[]> {
  const answers = [];
  for (let time = 0; time < times; time += 1) answers.push(await conversation.say(text, sender));
  return answers;
}

it('answers the first command over the limit with a line, later ones with nothing', async () => {
  const answers = await flood('/status@staff_bot', commandsPerMinuteMax + 50);
  expect(conversation.passedOn).toBe(commandsPerMinuteMax);
  expect(answers.filter((answer) => answer !== undefined)).toEqual([
    'Too many: at most 20 commands a minute. Please wait a minute.',
  ]);
});

it('counts the buttons with the commands', async () => {
  await flood('/help', commandsPerMinuteMax);
  await conversation.press('inbox:page:1', { from: 7 });
  expect(conversation.passedOn).toBe(commandsPerMinuteMax);
  expect(conversation.calls).toMatchObject([{ method: 'answerCallbackQuery' }]);
});

it('counts each person alone, and anew after a minute', async () => {
  await flood('/status', commandsPerMinuteMax + 1);
  await conversation.say('/status', { from: 8 });
  expect(conversation.passedOn).toBe(commandsPerMinuteMax + 1);
  nowMs = 60_000;
  await conversation.say('/status', { from: 7 });
  expect(conversation.passedOn).toBe(commandsPerMinuteMax + 2);
});

it.each(['hello', '/statusquo', '/feature', 'see /status'])('never stands in the way of %j', async (text) => {
  await flood(text, commandsPerMinuteMax + 5);
  expect(conversation.passedOn).toBe(commandsPerMinuteMax + 5);
});

it('forgets rather than grows when a crowd comes', async () => {
  await flood('/status', commandsPerMinuteMax + 1);
  for (let from = 100; from < 10_100; from += 1) await conversation.say('/status', { from });
  conversation.passedOn = 0;
  await conversation.say('/status', { from: 7 });
  expect(conversation.passedOn).toBe(1);
});
