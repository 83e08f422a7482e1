/** What a company writes: handlers of its own, in a module that `BOT_HANDLERS` names. */
import { Composer } from 'telegraf';

const features = new Composer();
features.command('features', (context) =>
  context.reply(`a Composer of the bot's own Telegraf: ${context instanceof Object}`),
);

export const allowedUpdates = ['message'];
export default features;
