/**
 * An example of your own features, for `BOT_HANDLERS`: people report their hours, and another program books them.
 * `docs/handlers.md` shows this file and explains the rules that it follows.
 */
import { Composer, type Context } from 'telegraf';

/** The types of update that these handlers need, besides those of the built-in commands. */
export const allowedUpdates = ['message', 'edited_message'];

const hoursUrl = process.env['HOURS_URL'] ?? 'http://127.0.0.1:8080/hours';
const bookLimitMs = 10_000;
const report = /^hours (\d+(?:\.\d+)?)$/;

const features = new Composer();
features.hears(report, (ctx) => book(ctx, ctx.match[1] ?? ''));
features.on('edited_message', async (ctx, next) => {
  const hours = report.exec(ctx.text ?? '')?.[1];
  return hours === undefined ? next() : book(ctx, hours);
});
export default features;

async function book(ctx: Context, hours: string): Promise<void> {
  try {
    // The message is the key: a second attempt books nothing twice, and an edit replaces the first booking.
    const response = await fetch(`${hoursUrl}/${ctx.chat?.id}/${ctx.msgId}`, {
      method: 'PUT',
      body: JSON.stringify({ person: ctx.from?.id, hours: Number(hours), attempt: ctx.state['attempt'] }),
      // The limit for this call, and the worker's limit for the whole handler.
      signal: AbortSignal.any([AbortSignal.timeout(bookLimitMs), ctx.state['signal']]),
    });
    if (!response.ok) throw new Error(`booking hours: expected HTTP 2xx, got ${response.status}`);
  } catch (error) {
    // A handler that throws is not retried, so tell the person.
    await ctx.reply('Your hours could not be booked. Please send them again.');
    throw error;
  }
  await ctx.reply(`Booked: ${hours} h`);
}
