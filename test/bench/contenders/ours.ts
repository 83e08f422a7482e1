/** The bench's work as a `BOT_HANDLERS` module. It runs in the shipped worker, `services/bot/main.ts`. */
import { Composer } from 'telegraf';
import { settings, Workplace } from '../work.ts';

const workplace = new Workplace(settings.recordPath);

export const allowedUpdates = ['message'];
export default Composer.on('message', (context) => workplace.work(context.text, () => context.reply('done')));
