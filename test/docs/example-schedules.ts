/**
 * An example of work that must run in one place, for `BOT_HANDLERS`: a message at noon on working days.
 * `docs/handlers.md` shows this file.
 */
import { Cron } from 'croner';
import type { FeatureContext, SetupContext } from 'staffprobot/handlers';
import { Composer } from 'telegraf';

const schedule = process.env['LUNCH_CRON'] ?? '0 12 * * 1-5';
const chatId = process.env['LUNCH_CHAT_ID'] ?? '';
const timezone = 'Europe/Berlin';
let bot: SetupContext;

/** In each process, before it polls: connect to what the handlers need, and check it. */
export async function setup(context: SetupContext): Promise<void> {
  if (!/^-?\d+$/.test(chatId)) throw new Error(`LUNCH_CHAT_ID: expected a chat’s id, got "${chatId}"`);
  bot = context;
}

/** In the one process that polls, as long as it does. */
export async function onLeading(signal: AbortSignal): Promise<void> {
  // Without `catch`, an error in a timer would end the worker.
  const onFailure = (error: unknown): void => bot.logger.error('lunch was not announced', { error });
  const job = new Cron(schedule, { timezone, protect: true, catch: onFailure }, announce);
  signal.addEventListener('abort', () => job.stop(), { once: true });
  await bot.telegram.setMyCommands([{ command: 'lunch', description: 'When is lunch?' }]);
}

async function announce(): Promise<void> {
  await bot.telegram.sendMessage(chatId, 'Lunch!');
}

/** For the person; the worker logs the error itself. */
export async function onError(_error: unknown, ctx: FeatureContext): Promise<void> {
  await ctx.reply('That did not work. Please try again later.');
}

const features = new Composer<FeatureContext>();
features.command('lunch', async (ctx) => {
  const next = new Cron(schedule, { timezone }).nextRun();
  if (next === null) throw new Error(`LUNCH_CRON: expected a time that is still to come, got ${schedule}`);
  await ctx.reply(next.toLocaleString('en', { timeZone: timezone }));
  ctx.state.logger.info('told when lunch is', { next });
});
export default features;
