/** grammY's concurrent runner as its documentation shows it; `--sequentialize` adds `sequentialize` by chat. */
import { run, sequentialize } from '@grammyjs/runner';
import { Bot } from 'grammy';
import { settings, WorkRecorder } from '../work.ts';

const recorder = new WorkRecorder(settings.recordPath);
const bot = new Bot(settings.token, { client: { apiRoot: settings.apiRoot } });
if (process.argv.includes('--sequentialize')) {
  bot.use(sequentialize((context) => String(context.chat?.id ?? '')));
}
bot.on('message', (context) => recorder.work(context.message.text, () => context.reply('done')));
bot.catch(() => undefined);
const runner = run(bot);
process.once('SIGTERM', () => void runner.stop());
await runner.task();
process.exit(0);
