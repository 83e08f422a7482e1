/** grammY as its documentation shows it: `bot.start()`, stopped by a signal. */
import { Bot } from 'grammy';
import { settings, WorkRecorder } from '../work.ts';

const recorder = new WorkRecorder(settings.recordPath);
const bot = new Bot(settings.token, { client: { apiRoot: settings.apiRoot } });
bot.on('message', (context) => recorder.work(context.message.text, () => context.reply('done')));
bot.catch(() => undefined);
process.once('SIGTERM', () => void bot.stop());
await bot.start();
process.exit(0);
