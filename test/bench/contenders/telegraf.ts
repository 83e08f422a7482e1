/** Telegraf as its documentation shows it: `launch()`, stopped by a signal. */
import { Telegraf } from 'telegraf';
import { settings, WorkRecorder } from '../work.ts';

const recorder = new WorkRecorder(settings.recordPath);
const bot = new Telegraf(settings.token, { telegram: { apiRoot: settings.apiRoot } });
bot.on('message', (context) => recorder.work(context.text, () => context.reply('done')));
bot.catch(() => undefined);
process.once('SIGTERM', () => bot.stop('SIGTERM'));
await bot.launch();
process.exit(0);
