import { Composer, Context, type Middleware, type MiddlewareFn, Telegraf, Telegram } from 'telegraf';
import { beforeEach, describe, expect, it } from 'vitest';
import { withErrorHooks } from '../../../services/adapters/telegram/error-hooks.ts';
import type { Hooks } from '../../../services/adapters/telegram/handlers-module.ts';
import { TermOverError } from '../../../services/core/lease/errors.ts';

const bug = new Error('a bug');
let told: unknown[];
let logged: unknown[];

beforeEach(() => {
  told = [];
  logged = [];
});

/** What the update's promise rejects with. */
async function run(middleware: Middleware<Context>, onError?: Hooks['onError']): Promise<unknown> {
  const error = (message: string, fields: unknown): void => void logged.push([message, fields]);
  const update = { update_id: 1 } as ConstructorParameters<typeof Context>[0];
  const ctx = new Context(update, new Telegram(''), {} as Context['botInfo']);
  ctx.state['logger'] = { error };
  const wrapped = Composer.unwrap(withErrorHooks(middleware, onError)) as MiddlewareFn<Context>;
  try {
    await wrapped(ctx, async () => {});
  } catch (thrown) {
    return thrown;
  }
  return undefined;
}

const failing = (error: unknown) => new Composer<Context>().use(() => Promise.reject(error));
const note: Hooks['onError'] = async (error) => {
  await Promise.resolve();
  told.push(error);
};

describe('withErrorHooks', () => {
  it('tells onError, and the update still fails with the handler’s own error', async () => {
    expect(await run(failing(bug), note)).toBe(bug);
    expect({ told, logged }).toEqual({ told: [bug], logged: [] });
  });

  it('tells nobody about a handler that ends well', async () => {
    expect(await run(new Composer(), note)).toBeUndefined();
    expect(told).toEqual([]);
  });

  it('logs what onError throws beside the handler’s error', async () => {
    const second = new Error('a second bug');
    expect(
      await run(failing(bug), () => {
        throw second;
      }),
    ).toBe(bug);
    expect(logged).toEqual([['the hook onError failed', { error: second }]]);
  });

  it('uses the catch of an exported Telegraf, before onError', async () => {
    const bot = new Telegraf('');
    bot.use(failing(bug));
    bot.catch((error) => void told.push(['catch', error]));
    expect(await run(bot, note)).toBe(bug);
    expect(told).toEqual([['catch', bug], bug]);
  });

  it('logs nothing when that catch throws the same error again', async () => {
    const bot = new Telegraf('');
    bot.use(failing(bug));
    bot.catch((error) => {
      throw error;
    });
    expect(await run(bot)).toBe(bug);
    expect(logged).toEqual([]);
  });

  it('does not use Telegraf’s usual error handler, which prints the update and marks the process as failed', () => {
    const bot = new Telegraf('');
    expect(withErrorHooks(bot, undefined)).toBe(bot);
  });

  it('tells nobody about a call that the guard refused', async () => {
    const refusal = new TermOverError('sendMessage');
    expect(await run(failing(refusal), note)).toBe(refusal);
    expect(told).toEqual([]);
  });

  it('tells onError of a value that refuses to say what it is', async () => {
    const odd = new Proxy(
      {},
      {
        getPrototypeOf() {
          throw new Error('never');
        },
      },
    );
    expect((await run(failing(odd), () => void told.push('told'))) === odd).toBe(true);
    expect(told).toEqual(['told']);
  });
});
