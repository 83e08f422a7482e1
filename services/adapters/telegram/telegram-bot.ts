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
import { type Context, Telegraf, Telegram } from 'telegraf';
import type { Update as TelegrafUpdate, UserFromGetMe } from 'telegraf/types';
import { TermOverError } from '../../core/lease/errors.ts';
import type { BotIdentity } from '../../core/platform/bot-api.ts';
import { type Logger, withFields } from '../../core/platform/logger.ts';
import type { Permit } from '../../core/platform/permit.ts';
import type { Redact } from '../../core/platform/redaction.ts';
import {
  type HandlerContext,
  type HandleUpdate,
  laneOf,
  type Update,
  updateType,
} from '../../core/updates/update.ts';
import type { ProxyEnvironment } from '../proxy.ts';
import { withinLimits } from './call-limits.ts';

export interface TelegramBotOptions {
  readonly token: string;
  readonly apiRoot: string;
  readonly redact: Redact;
  /** For handlers: `ctx.state.logger` adds what the update is. */
  readonly logger: Logger;
  /** What https requests go through, if any. */
  readonly proxy: ProxyEnvironment | undefined;
  /** Registers the handlers in order. */
  readonly install: (bot: Telegraf) => void;
  /** Handles what none of these takes. */
  readonly fallback?: HandleUpdate | undefined;
}

interface Call {
  readonly update: Update;
  readonly context: HandlerContext;
}

export function telegramBot(options: TelegramBotOptions): (identity: BotIdentity) => HandleUpdate {
  const { token, apiRoot, redact, logger, proxy, install, fallback } = options;
  const calls = new WeakMap<object, Call>();
  const bot = new Telegraf(token, {
    handlerTimeout: Number.POSITIVE_INFINITY,
    telegram: { apiRoot: `${apiRoot}/`, agent: httpsAgent(proxy) },
  });
  const callOf = (ctx: Context): Call => {
    const call = calls.get(ctx.update);
    if (call === undefined) throw new Error('an update reached the handlers without the pipeline');
    return call;
  };
  bot.use(async (ctx, next) => {
    const { update, context } = callOf(ctx);
    Object.defineProperty(ctx.state, 'attempt', { value: context.attempt, enumerable: true });
    Object.defineProperty(ctx.state, 'signal', { get: () => context.signal, enumerable: true });
    const stateLogger = (): Logger =>
      withFields(logger, { ...aboutUpdate(update), attempt: context.attempt });
    Object.defineProperty(ctx.state, 'logger', { get: stateLogger, enumerable: true });
    guardTelegram(ctx.telegram, () => context.permit, redact);
    await next();
  });
  install(bot);
  if (fallback !== undefined) {
    bot.use((ctx) => {
      const { update, context } = callOf(ctx);
      return fallback(update, context);
    });
  }
  bot.catch((error) => {
    throw error;
  });
  return (identity) => {
    // Telegraf would remember a failed getMe of its own for ever.
    bot.botInfo = identity as UserFromGetMe;
    return async (update: Update, context: HandlerContext) => {
      calls.set(update, { update, context });
      await bot.handleUpdate(update as unknown as TelegrafUpdate);
    };
  };
}

/** As Telegraf's own agent, which knows no proxy. An http address takes Node's default agent in any case. */
function httpsAgent(proxy: ProxyEnvironment | undefined): Agent {
  const keepAlive = { keepAlive: true, keepAliveMsecs: 10_000 };
  return new Agent(proxy === undefined ? keepAlive : { ...keepAlive, proxyEnv: { ...proxy } });
}

function aboutUpdate(update: Update) {
  return { updateId: update.update_id, type: updateType(update), lane: laneOf(update) };
}

/** A client for use outside of handlers. @param permitFor the permit that a call of this method needs */
export function guardedTelegram(
  { token, apiRoot, redact, proxy }: Pick<TelegramBotOptions, 'token' | 'apiRoot' | 'redact' | 'proxy'>,
  permitFor: (method: string) => Permit,
): Telegram {
  const telegram = new Telegram(token, { apiRoot: `${apiRoot}/`, agent: httpsAgent(proxy) });
  guardTelegram(telegram, permitFor, redact);
  return telegram;
}

function guardTelegram(telegram: Telegram, permitFor: (method: string) => Permit, redact: Redact): void {
  const callApi = telegram.callApi.bind(telegram);
  telegram.callApi = async (method, payload, options) => {
    const permit = permitFor(method);
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

type TelegrafSignal = NonNullable<NonNullable<Parameters<Telegram['callApi']>[2]>['signal']>;

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
