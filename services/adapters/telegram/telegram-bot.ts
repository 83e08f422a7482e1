/**
 * Telegraf without polling: it routes updates to handlers and sends their answers.
 *
 * Guarantees: before each outgoing call of a handler it checks the update's permit, and it aborts the call when the permit
 * ends: a deposed leader sends nothing, not even by a call that still connects. Each call has a limit of its own too
 * (`call-limits.ts`), and no error contains the token. If a handler throws, the update's promise
 * rejects with what it threw.
 *
 * Telegraf builds a new client for each update, so each client is fenced before a handler sees it.
 */
import { Agent } from 'node:https';
import { type Context, Telegraf } from 'telegraf';
import type { Update as TelegrafUpdate, UserFromGetMe } from 'telegraf/types';
import { TermOverError } from '../../core/lease/errors.ts';
import type { BotIdentity } from '../../core/platform/bot-api.ts';
import type { Permit } from '../../core/platform/permit.ts';
import type { Redact } from '../../core/platform/redaction.ts';
import type { HandlerContext, HandleUpdate, Update } from '../../core/updates/update.ts';
import type { ProxyEnvironment } from '../proxy.ts';
import { withinLimits } from './call-limits.ts';

export interface TelegramBotOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly redact: Redact;
  /** What https requests go through, if any. */
  readonly proxy: ProxyEnvironment | undefined;
  /** Registers the handlers in order. */
  readonly install: (bot: Telegraf) => void;
}

export function telegramBot({
  token,
  apiRoot,
  redact,
  proxy,
  install,
}: TelegramBotOptions): (identity: BotIdentity) => HandleUpdate {
  const contexts = new WeakMap<object, HandlerContext>();
  const bot = new Telegraf(token, {
    handlerTimeout: Number.POSITIVE_INFINITY,
    telegram: { apiRoot: `${apiRoot}/`, agent: httpsAgent(proxy) },
  });
  bot.use(async (ctx, next) => {
    const context = contexts.get(ctx.update);
    if (context === undefined) throw new Error('an update reached the handlers without the pipeline');
    Object.defineProperty(ctx.state, 'attempt', { value: context.attempt, enumerable: true });
    Object.defineProperty(ctx.state, 'signal', { get: () => context.signal, enumerable: true });
    fence(ctx, context.permit, redact);
    await next();
  });
  install(bot);
  bot.catch((error) => {
    throw error;
  });
  return (identity) => {
    // Telegraf would remember a failed getMe of its own for ever.
    bot.botInfo = identity as UserFromGetMe;
    return async (update: Update, context: HandlerContext) => {
      contexts.set(update, context);
      await bot.handleUpdate(update as unknown as TelegrafUpdate);
    };
  };
}

/** As Telegraf's own agent, which knows no proxy. An http address takes Node's default agent in any case. */
function httpsAgent(proxy: ProxyEnvironment | undefined): Agent {
  const keepAlive = { keepAlive: true, keepAliveMsecs: 10_000 };
  return new Agent(proxy === undefined ? keepAlive : { ...keepAlive, proxyEnv: { ...proxy } });
}

function fence(ctx: Context, permit: Permit, redact: Redact): void {
  const { telegram } = ctx;
  const callApi = telegram.callApi.bind(telegram);
  telegram.callApi = async (method, payload, options) => {
    if (!permit.mayAct()) throw new TermOverError(method);
    const limits = { method, payload, overSignal: permit.overSignal, ownSignal: options?.signal };
    try {
      // Telegraf's type is that of the `abort-controller` package; Node's own signal works too.
      return await withinLimits(limits, (signal) =>
        callApi(method, payload, { ...options, signal: signal as unknown as TelegrafSignal }),
      );
    } catch (error) {
      hideToken(error, redact);
      if (typeof error === 'object' && error !== null) failedMethods.set(error, method);
      throw error;
    }
  };
}

type TelegrafSignal = NonNullable<NonNullable<Parameters<Context['telegram']['callApi']>[2]>['signal']>;

const failedMethods = new WeakMap<object, string>();

/** The Bot API method whose call failed with this error; undefined for any other error. */
export function failedMethod(error: unknown): string | undefined {
  return typeof error === 'object' && error !== null ? failedMethods.get(error) : undefined;
}

/** node-fetch puts the address, token included, into its messages; the code and the class stay for handlers. */
function hideToken(error: unknown, redact: Redact): void {
  if (!(error instanceof Error)) return;
  for (const name of ['message', 'stack'] as const) {
    const text = error[name];
    if (typeof text !== 'string' || redact(text) === text) continue;
    // Unlike an assignment, this does not throw when the error is frozen.
    Reflect.defineProperty(error, name, { value: redact(text), writable: true, configurable: true });
  }
  // A server or a gateway may name the path of the request in its refusal.
  const { response } = error as { readonly response?: unknown };
  if (typeof response !== 'object' || response === null || !('description' in response)) return;
  if (typeof response.description === 'string') response.description = redact(response.description);
}
