/** The bench's work as a `BOT_HANDLERS` module. It runs in the shipped worker, `services/bot/main.ts`. */
import { Composer } from 'telegraf';
import { settings, WorkRecorder } from '../work.ts';

const recorder = new WorkRecorder(settings.recordPath);

export const allowedUpdates = ['message'];
export default Composer.on('message', (context) => recorder.work(context.text, () => context.reply('done')));
