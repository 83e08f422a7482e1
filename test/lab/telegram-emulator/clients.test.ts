/** The emulator before the real clients of others: each polls, answers a message, and confirms it. */
import { run } from '@grammyjs/runner';
import { Bot, type BotConfig, type Context, GrammyError } from 'grammy';
import { Telegraf, TelegramError } from 'telegraf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';

let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

let lastBot = 0;
function newToken(): string {
  lastBot += 1;
  return `${6000 + lastBot}:secret-of-a-test-bot`;
}

/** Sends texts as a user and waits for the echo of each and for their confirmation. */
async function converse(token: string): Promise<void> {
  for (const text of ['/start', 'one', 'два']) {
    telegram.pushText(token, { chatId: 42, text });
    const answer = await telegram.waitForSentMessage(token, (message) => message.text === `echo ${text}`);
    expect(answer).toMatchObject({ chat_id: 42, reply_markup: { inline_keyboard: [[{ text: 'ok' }]] } });
  }
  await telegram.waitForState(token, ({ confirmed }) => confirmed === 3);
}

function expectCleanStop(token: string): void {
  const { pending, overlaps } = telegram.state(token);
  expect({ pending, overlaps }).toEqual({ pending: 0, overlaps: 0 });
}

const reply_markup = { inline_keyboard: [[{ text: 'ok', callback_data: 'ok' }]] };

function telegraf(token: string): Telegraf {
  const bot = new Telegraf(token, { telegram: { apiRoot: telegram.url } });
  bot.on('message', (context) => context.reply(`echo ${context.text}`, { reply_markup }));
  return bot;
}

function grammy(token: string): Bot {
  const config: BotConfig<Context> = { client: { apiRoot: telegram.url } };
  const bot = new Bot(token, config);
  bot.on('message:text', (context) => context.reply(`echo ${context.message.text}`, { reply_markup }));
  return bot;
}

describe('Telegraf', () => {
  it('launches, converses and stops', async () => {
    const token = newToken();
    const bot = telegraf(token);
    const launched = bot.launch();
    await converse(token);
    bot.stop('test');
    await launched;
    expectCleanStop(token);
  });

  it('drops pending updates on its start if asked to', async () => {
    const token = newToken();
    telegram.pushText(token, { chatId: 42, text: 'old' });
    const bot = telegraf(token);
    const launched = bot.launch({ dropPendingUpdates: true });
    await telegram.waitForState(token, ({ openPolls }) => openPolls === 1);
    expect(telegram.state(token)).toMatchObject({ pending: 0, dropped: 1, sentMessagesTotal: 0 });
    bot.stop('test');
    await launched;
  });

  it('ends its launch with the 409 of a second poller', async () => {
    const token = newToken();
    const [first, second] = [telegraf(token), telegraf(token)];
    const failed = first.launch().catch((error: unknown) => error);
    await telegram.waitForState(token, ({ openPolls }) => openPolls === 1);
    const launched = second.launch();
    const error = await failed;
    expect(error).toBeInstanceOf(TelegramError);
    expect((error as TelegramError).code).toBe(409);
    await converse(token);
    second.stop('test');
    await launched;
  });

  it('recognises 403 and 429', async () => {
    const token = newToken();
    const { telegram: api } = telegraf(token);
    telegram.fault({ token, kind: '403-blocked', chatId: 7 });
    await expect(api.sendMessage(7, 'x')).rejects.toMatchObject({
      code: 403,
      description: 'Forbidden: bot was blocked by the user',
    });
    telegram.fault({ token, kind: '429', retryAfter: 9 });
    await expect(api.sendMessage(8, 'x')).rejects.toMatchObject({
      code: 429,
      parameters: { retry_after: 9 },
    });
  });
});

describe('grammY', () => {
  it('starts, converses and stops, and confirms the handled updates', async () => {
    const token = newToken();
    const bot = grammy(token);
    const started = bot.start();
    await converse(token);
    await bot.stop();
    await started;
    expectCleanStop(token);
  });

  it('reports a webhook as a conflict', async () => {
    const { api } = grammy(newToken());
    await api.setWebhook('https://example.test/hook');
    expect(await api.getWebhookInfo()).toMatchObject({
      url: 'https://example.test/hook',
      pending_update_count: 0,
    });
    await expect(api.getUpdates()).rejects.toBeInstanceOf(GrammyError);
    await api.deleteWebhook({ drop_pending_updates: true });
    expect(await api.getUpdates()).toEqual([]);
  });

  it('runs under its runner', async () => {
    const token = newToken();
    const handle = run(grammy(token));
    await converse(token);
    await handle.stop();
    expectCleanStop(token);
  });

  it('edits, deletes, answers callbacks and sets commands', async () => {
    const token = newToken();
    const { api } = grammy(token);
    const sent = await api.sendMessage(42, '<b>one</b>', { parse_mode: 'HTML' });
    expect(sent).toMatchObject({ text: 'one', entities: [{ type: 'bold' }] });
    expect(await api.editMessageText(42, sent.message_id, 'two')).toMatchObject({ text: 'two' });
    expect(await api.deleteMessage(42, sent.message_id)).toBe(true);
    expect(await api.sendChatAction(42, 'typing')).toBe(true);
    expect(await api.getChat(42)).toMatchObject({ id: 42, type: 'private' });
    expect(await api.setMyCommands([{ command: 'start', description: 'Begin' }])).toBe(true);
    telegram.pushUpdates(token, [{ callback_query: { id: 'q', from: { id: 42 }, data: 'ok' } }]);
    expect(await api.answerCallbackQuery('q', { text: 'done' })).toBe(true);
  });
});
