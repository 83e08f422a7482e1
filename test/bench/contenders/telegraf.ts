/** Telegraf as its documentation shows it: `launch()`, stopped by a signal. */
import { Telegraf } from 'telegraf';
import { settings, Workplace } from '../work.ts';

const workplace = new Workplace(settings.recordPath);
const bot = new Telegraf(settings.token, { telegram: { apiRoot: settings.apiRoot } });
bot.on('message', (context) => workplace.work(context.text, () => context.reply('done')));
bot.catch(() => undefined);
process.once('SIGTERM', () => bot.stop('SIGTERM'));
await bot.launch();
process.exit(0);
