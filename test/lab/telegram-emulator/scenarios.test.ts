/** A day of a bot written with Telegraf, and of the same bot with grammY: every kind of update asks for its answer. */
import { type Bot, Bot as GrammyBot, InlineKeyboard, InlineQueryResultBuilder } from 'grammy';
import { Markup, Telegraf } from 'telegraf';
import { message } from 'telegraf/filters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTelegramEmulator, type TestTelegram } from '../../support/telegram-emulator.ts';

const chatId = 7;
const groupId = -1_000_000_000_009;
const menu = '*Menu*\\. Choose:';
const prices = [{ label: 'Tea', amount: 5 }];
const invoice = { title: 'Tea', description: 'A cup', payload: 'tea', currency: 'XTR', prices };
const allowed = [
  ...(['message', 'callback_query', 'poll_answer', 'message_reaction', 'inline_query'] as const),
  ...(['pre_checkout_query', 'chat_join_request'] as const),
];

interface Running {
  stop(): Promise<void>;
}

let telegram: TestTelegram;
beforeAll(async () => {
  telegram = await startTelegramEmulator();
});
afterAll(() => telegram.stop());

function startTelegraf(token: string): Running {
  const bot = new Telegraf(token, { telegram: { apiRoot: telegram.url } });
  bot.command('menu', (ctx) =>
    ctx.replyWithMarkdownV2(menu, Markup.inlineKeyboard([Markup.button.callback('Tea', 'tea')])),
  );
  bot.action('tea', async (ctx) => {
    await ctx.answerCbQuery('Tea it is');
    await ctx.editMessageText('You chose tea');
  });
  bot.command('poll', (ctx) => ctx.sendPoll('Lunch?', ['yes', 'no'], { is_anonymous: false }));
  bot.on('poll_answer', (ctx) => ctx.telegram.sendMessage(chatId, `voted ${ctx.pollAnswer.option_ids}`));
  bot.on('message_reaction', (ctx) => ctx.reply('thanks'));
  bot.on('inline_query', (ctx) =>
    ctx.answerInlineQuery([
      { type: 'article', id: '1', title: 'Tea', input_message_content: { message_text: 'Tea' } },
    ]),
  );
  bot.command('buy', (ctx) => ctx.sendInvoice({ ...invoice, provider_token: '' }));
  bot.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
  bot.on(message('successful_payment'), (ctx) => ctx.reply('paid'));
  bot.on('chat_join_request', (ctx) => ctx.approveChatJoinRequest(ctx.chatJoinRequest.from.id));
  const ended = bot.launch({ allowedUpdates: [...allowed] });
  return {
    stop() {
      bot.stop('test');
      return ended;
    },
  };
}

function startGrammy(token: string): Running {
  const bot: Bot = new GrammyBot(token, { client: { apiRoot: telegram.url } });
  const keyboard = new InlineKeyboard().text('Tea', 'tea');
  bot.command('menu', (ctx) => ctx.reply(menu, { parse_mode: 'MarkdownV2', reply_markup: keyboard }));
  bot.callbackQuery('tea', async (ctx) => {
    await ctx.answerCallbackQuery('Tea it is');
    await ctx.editMessageText('You chose tea');
  });
  bot.command('poll', (ctx) => ctx.replyWithPoll('Lunch?', ['yes', 'no'], { is_anonymous: false }));
  bot.on('poll_answer', (ctx) => ctx.api.sendMessage(chatId, `voted ${ctx.pollAnswer.option_ids}`));
  bot.on('message_reaction', (ctx) => ctx.reply('thanks'));
  bot.on('inline_query', (ctx) =>
    ctx.answerInlineQuery([InlineQueryResultBuilder.article('1', 'Tea').text('Tea')]),
  );
  bot.command('buy', (ctx) => ctx.replyWithInvoice('Tea', 'A cup', 'tea', 'XTR', prices));
  bot.on('pre_checkout_query', (ctx) => ctx.answerPreCheckoutQuery(true));
  bot.on('message:successful_payment', (ctx) => ctx.reply('paid'));
  bot.on('chat_join_request', (ctx) => ctx.approveChatJoinRequest(ctx.chatJoinRequest.from.id));
  const ended = bot.start({ allowed_updates: allowed });
  return {
    async stop() {
      await bot.stop();
      await ended;
    },
  };
}

describe.each([
  ['Telegraf', '7001:secret-of-a-test-bot', startTelegraf],
  ['grammY', '7002:secret-of-a-test-bot', startGrammy],
])('%s', (_, token, start) => {
  let running: Running;
  beforeAll(async () => {
    running = start(token);
    await telegram.waitForState(token, ({ openPolls }) => openPolls === 1);
  });
  afterAll(() => running.stop());

  const says = async (text: string): Promise<unknown> =>
    telegram.waitForSentMessage(token, (sent) => sent.text === text);

  it('a button is shown, pressed and answered', async () => {
    telegram.pushText(token, { chatId, text: '/menu' });
    const sent = await telegram.waitForSentMessage(token, ({ text }) => text === 'Menu. Choose:');
    expect(sent).toMatchObject({ entities: [{ type: 'bold', offset: 0, length: 4 }] });
    const { message_id } = sent;
    telegram.act(token, { act: 'press', user: chatId, chat_id: chatId, message_id, data: 'tea' });
    await telegram.waitForState(token, ({ sentMessages }) =>
      sentMessages.some(({ text, edit_date }) => text === 'You chose tea' && edit_date !== undefined),
    );
  });

  it('a vote and a reaction are noticed', async () => {
    telegram.pushText(token, { chatId, text: '/poll' });
    const { message_id } = await telegram.waitForSentMessage(token, ({ poll }) => poll !== undefined);
    telegram.act(token, { act: 'vote', user: chatId, chat_id: chatId, message_id, option_ids: [1] });
    await says('voted 1');
    telegram.act(token, { act: 'react', user: chatId, chat_id: chatId, message_id, emoji: '👍' });
    await says('thanks');
  });

  it('an inline query is answered', async () => {
    telegram.act(token, { act: 'inline-query', user: chatId, query: 'te' });
    await telegram.waitForState(token, ({ calls }) => calls['answerInlineQuery'] === 1);
  });

  it('an invoice is paid', async () => {
    telegram.pushText(token, { chatId, text: '/buy' });
    const { message_id } = await telegram.waitForSentMessage(token, (sent) => sent['invoice'] !== undefined);
    telegram.act(token, { act: 'pay', user: chatId, chat_id: chatId, message_id });
    await says('paid');
  });

  it('who asks to come in is let in', async () => {
    telegram.act(token, { act: 'join-request', user: chatId, chat_id: groupId });
    await telegram.waitForState(token, ({ calls }) => calls['approveChatJoinRequest'] === 1);
    const answer = await fetch(
      `${telegram.url}/bot${token}/getChatMember?chat_id=${groupId}&user_id=${chatId}`,
    );
    expect(await answer.json()).toMatchObject({ result: { status: 'member' } });
  });
});
