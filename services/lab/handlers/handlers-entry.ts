/**
 * The `BOT_HANDLERS` of the lab's workers: a few handlers for the lab's own messages, then the user's own module.
 *
 * The user's module is named in this module's address (`handlersAddress`) and works as it does without the lab: the same
 * exports, the same working directory. The lab's handlers answer only texts that no one writes by chance.
 *
 * Tested by: test/lab/handlers/handlers.test.ts
 */
import { flushCompileCache } from 'node:module';
import { Composer, type Context } from 'telegraf';
import { systemClock } from '../../adapters/system-clock.ts';
import { loadHandlers } from '../../adapters/telegram/load-handlers.ts';
import { shippedAllowedUpdates } from '../../bot/handlers/commands.ts';
import { answerTo, failingText, isSlow, poisonText } from './messages.ts';

/** About as long as a handler that calls another service. */
const slowMs = 250;

const own = new URL(import.meta.url).searchParams.get('then');
const user = own === null ? undefined : await loadHandlers(own);

const lab = new Composer<Context>();
lab.on('message', async (ctx, next) => {
  const text = 'text' in ctx.message ? ctx.message.text : '';
  if (text === poisonText) process.kill(process.pid, 'SIGKILL');
  if (text === failingText) throw new Error('the price list cannot be read (a drill)');
  const answer = answerTo(text);
  if (answer === undefined) return next();
  if (isSlow(text)) await systemClock.sleep(slowMs);
  return ctx.reply(answer);
});

export default user === undefined ? lab : Composer.compose([lab, user.middleware]);

export const setup = user?.hooks.setup;
export const onLeading = user?.hooks.onLeading;
export const onStop = user?.hooks.onStop;

// For the next worker: this one may be killed, and then writes nothing.
flushCompileCache();

/** As without the lab: the choice of the user's module, or Telegram's default set. */
export const allowedUpdates = user === undefined ? shippedAllowedUpdates : user.allowedUpdates;
