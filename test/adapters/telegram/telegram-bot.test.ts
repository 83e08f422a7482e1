import { inspect } from 'node:util';
import type { Telegraf } from 'telegraf';
import { beforeEach, describe, expect, it } from 'vitest';
import { createLogger } from '../../../services/adapters/logger.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { type TelegramBotOptions, telegramBot } from '../../../services/adapters/telegram/telegram-bot.ts';
import { TermOverError } from '../../../services/core/lease/errors.ts';
import { redactor } from '../../../services/core/platform/redaction.ts';
import type { HandlerContext } from '../../../services/core/updates/update.ts';
import { type Answer, httpFixture } from '../../support/http-fixture.ts';
import { httpProxy } from '../../support/http-proxy.ts';
import { startSlowConnect } from '../../support/slow-connect.ts';

const token = '4242424242:AAtoken-of-the-test-bot-0123456789abc';
const telegram = httpFixture();
const stop = new AbortController();
const update = {
  update_id: 1,
  message: { message_id: 1, date: 1, chat: { id: 5, type: 'private' }, text: 'hi' },
};
const logged: unknown[] = [];
let mayAct: boolean;
let over: AbortController;

beforeEach(() => {
  logged.length = 0;
  mayAct = true;
  over = new AbortController();
  telegram.answer = (_request, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: true, result: {} }));
  };
});

/** Handles one update with these handlers, within a term. */
function handle(
  install: (bot: Telegraf) => void,
  { apiRoot = telegram.url, proxy }: Partial<Pick<TelegramBotOptions, 'apiRoot' | 'proxy'>> = {},
): Promise<void> {
  const logger = createLogger({
    level: 'debug',
    redact: redactor([token]),
    clock: systemClock,
    fields: {},
    write: (line) => logged.push(JSON.parse(line)),
  });
  const bot = telegramBot({ token, apiRoot, redact: redactor([token]), logger, proxy, install });
  const permit = { mayAct: () => mayAct, overSignal: over.signal };
  const context: HandlerContext = { attempt: 2, signal: stop.signal, permit };
  return bot({ id: 1, username: 'staff_bot' })({ ...update }, context);
}

const caught = (handled: Promise<void>) =>
  handled.then(
    () => undefined,
    (error: unknown) => error as Error,
  );

/** What a handler may show of an error, the answer that Telegraf keeps in it included. */
function everythingIn(error: unknown): string {
  return inspect(error, { depth: 5, showHidden: true });
}

describe('telegramBot', () => {
  it('sends https requests through the proxy', async () => {
    const proxy = await httpProxy({});
    const options = { apiRoot: 'https://telegram.test', proxy: { HTTPS_PROXY: proxy.url, NO_PROXY: '' } };
    const error = await caught(handle((bot) => bot.on('text', (ctx) => ctx.reply('hello')), options));
    await proxy.stop();
    expect(proxy.asked).toEqual(['telegram.test:443']);
    expect(everythingIn(error)).not.toContain(token);
  });

  it('routes an update to the handlers in their order and sends what they answer', async () => {
    const order: string[] = [];
    await handle((bot) => {
      bot.use((_ctx, next) => {
        order.push('first');
        return next();
      });
      bot.on('text', async (ctx) => {
        order.push(`second as ${ctx.botInfo.username}`);
        await ctx.reply('hello');
      });
    });
    expect(order).toEqual(['first', 'second as staff_bot']);
    expect(telegram.requests.at(-1)).toMatchObject({ url: `/bot${token}/sendMessage` });
    expect(JSON.parse(telegram.requests.at(-1)?.body ?? '')).toMatchObject({ chat_id: 5, text: 'hello' });
  });

  it('gives handlers the attempt and the signal', async () => {
    const states: unknown[] = [];
    await handle((bot) =>
      bot.use((ctx) => {
        states.push(ctx.state);
      }),
    );
    expect(states).toEqual([expect.objectContaining({ attempt: 2, signal: stop.signal })]);
  });

  it('gives handlers a logger that names the update, its chat and the attempt', async () => {
    await handle((bot) => bot.use((ctx) => ctx.state['logger'].info('booked', { hours: 7 })));
    expect(logged).toEqual([
      expect.objectContaining({
        level: 'info',
        message: 'booked',
        updateId: 1,
        type: 'message',
        lane: 'chat 5',
        attempt: 2,
        hours: 7,
      }),
    ]);
  });

  it('aborts a call that still connects when the term is over: it never leaves', async () => {
    const slow = await startSlowConnect();
    try {
      const sending = Promise.withResolvers<void>();
      const handled = handle(
        (bot) => {
          bot.use((ctx) => {
            const reply = ctx.reply('too late');
            sending.resolve();
            return reply;
          });
        },
        { apiRoot: slow.url },
      );
      await sending.promise;
      over.abort();
      slow.open();
      expect(await caught(handled)).toBeInstanceOf(TermOverError);
      expect(await slow.requested()).toEqual(['/probe']);
    } finally {
      await slow.close();
    }
  });

  it('aborts a call that waits for its answer when the term is over, also with a signal of the handler’s own', async () => {
    const arrived = Promise.withResolvers<void>();
    telegram.answer = () => arrived.resolve();
    const signal = new AbortController().signal as never;
    const handled = handle((bot) => bot.use((ctx) => ctx.telegram.callApi('getMe', {}, { signal })));
    await arrived.promise;
    over.abort();
    expect(await caught(handled)).toBeInstanceOf(TermOverError);
  });

  it('refuses every call of a handler once the term may not act', async () => {
    const before = telegram.requests.length;
    const error = await caught(
      handle((bot) =>
        bot.use(async (ctx) => {
          mayAct = false;
          await ctx.reply('too late');
        }),
      ),
    );
    expect(error).toBeInstanceOf(TermOverError);
    expect(telegram.requests.length).toBe(before);
  });

  it('checks each call, not only the first', async () => {
    const before = telegram.requests.length;
    await caught(
      handle((bot) =>
        bot.use(async (ctx) => {
          await ctx.reply('in time');
          mayAct = false;
          await ctx.telegram.sendMessage(5, 'too late');
        }),
      ),
    );
    expect(telegram.requests.length).toBe(before + 1);
  });

  it('rejects with the handler’s own error', async () => {
    const bug = new TypeError('a bug');
    const failing = (bot: Telegraf) => bot.use(() => Promise.reject(bug));
    expect(await caught(handle(failing))).toBe(bug);
  });

  it.each<[string, Answer]>([
    ['a reset connection', (_request, response) => void response.destroy()],
    ['an answer that is not JSON', (_request, response) => void response.end('<html>')],
    [
      'a refusal that names its path',
      ({ url }, response) => {
        response.writeHead(404, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ ok: false, error_code: 404, description: `no request to ${url}` }));
      },
    ],
  ])('removes the token from the error after %s, caught by a handler or not', async (_name, answer) => {
    telegram.answer = answer;
    const seen: string[] = [];
    const error = await caught(
      handle((bot) =>
        bot.use(async (ctx) => {
          await ctx.reply('a').catch((failure: Error) => seen.push(everythingIn(failure)));
          await ctx.reply('b');
        }),
      ),
    );
    seen.push(everythingIn(error));
    for (const text of seen) {
      expect(text).toMatch(/fetch|json|request/i);
      expect(text).not.toContain(token);
    }
    expect(seen).toHaveLength(2);
  });
});
