/**
 * The `BOT_HANDLERS` of the lab's workers: a few handlers for the lab's own messages, then the person's own module.
 *
 * The person's module stands in this module's address (`handlersAddress`), and works as it does without the lab: the
 * same exports, the same working directory. What the lab's handlers take are texts that nobody writes by chance.
 */
import { Composer, type Context } from 'telegraf';
import { systemClock } from '../../adapters/system-clock.ts';
import { shippedAllowedUpdates } from '../../bot/handlers/commands.ts';
import { loadHandlers } from '../../bot/load-handlers.ts';
import { answerTo, isSlow, poisonText } from './messages.ts';

/** What a handler takes that asks another service. */
const slowMs = 250;

const own = new URL(import.meta.url).searchParams.get('then');
const person = own === null ? undefined : await loadHandlers(own);

const lab = new Composer<Context>();
lab.on('message', async (ctx, next) => {
  const text = 'text' in ctx.message ? ctx.message.text : '';
  if (text === poisonText) process.kill(process.pid, 'SIGKILL');
  const answer = answerTo(text);
  if (answer === undefined) return next();
  if (isSlow(text)) await systemClock.sleep(slowMs);
  return ctx.reply(answer);
});

export default person === undefined ? lab : Composer.compose([lab, person.middleware]);

/** As without the lab: what the person's module asks for, or Telegram's default set when it says nothing. */
export const allowedUpdates = person === undefined ? shippedAllowedUpdates : person.allowedUpdates;
