/**
 * An example of your own features: a group agrees on lunch. `docs/testing.md` tests it.
 *
 * The message itself holds who is in, so a restart of the worker loses nothing.
 */
import { Composer, Markup } from 'telegraf';

const features = new Composer();
const keyboard = Markup.inlineKeyboard([Markup.button.callback('I am in', 'lunch:in')]);

features.command('lunch', (ctx) => ctx.reply('Lunch at noon?', keyboard));

features.action('lunch:in', async (ctx) => {
  const { message } = ctx.callbackQuery;
  const text = message !== undefined && 'text' in message ? message.text : '';
  const line = `• ${ctx.from.first_name}`;
  if (text.split('\n').includes(line)) {
    await ctx.answerCbQuery('You are in already');
    return;
  }
  await ctx.answerCbQuery('Enjoy');
  await ctx.editMessageText(`${text}\n${line}`, keyboard);
});

export default features;
export const allowedUpdates = ['message', 'callback_query'];
