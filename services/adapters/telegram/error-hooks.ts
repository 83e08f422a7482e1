/**
 * Tells a module's own error hooks when one of its handlers throws: the `catch` of a Telegraf that the module exports,
 * then `onError`.
 *
 * Guarantees: the update counts as failed and the handler's own error is logged, whatever the hooks do. What a hook
 * throws is logged too. They run within the handler's time, before the chat's next update begins. They do not run when
 * the guard refused a call: then the next leader handles the update.
 */
import { Composer, type Context, type Middleware, Telegraf } from 'telegraf';
import { TermOverError } from '../../core/lease/errors.ts';
import type { FeatureContext, Hooks } from './handlers-module.ts';

type ErrorHook = NonNullable<Hooks['onError']>;

export function withErrorHooks(
  middleware: Middleware<Context>,
  onError: Hooks['onError'],
): Middleware<Context> {
  const hooks = Object.entries({ catch: ownCatch(middleware), onError }).filter(isSet);
  if (hooks.length === 0) return middleware;
  const watch: Middleware<Context> = async (ctx, next) => {
    try {
      await next();
    } catch (error) {
      if (isRefusal(error)) throw error;
      for (const [name, hook] of hooks) await tell(name, hook, error, ctx as FeatureContext);
      throw error;
    }
  };
  return Composer.compose([watch, middleware]);
}

async function tell(name: string, hook: ErrorHook, error: unknown, ctx: FeatureContext): Promise<void> {
  try {
    await hook(error, ctx);
  } catch (ownError) {
    // Telegraf's users often throw the same error again.
    if (ownError !== error) ctx.state.logger.error(`the hook ${name} failed`, { error: ownError });
  }
}

function isRefusal(error: unknown): boolean {
  try {
    return error instanceof TermOverError;
  } catch {
    // A handler may throw a proxy that refuses to say what it is.
    return false;
  }
}

function isSet(entry: [string, ErrorHook | undefined]): entry is [string, ErrorHook] {
  return entry[1] !== undefined;
}

/** Telegraf has a handler of its own until `catch` sets another; each instance makes it anew from the same source. */
function ownCatch(middleware: unknown): ErrorHook | undefined {
  if (!isTelegraf(middleware)) return undefined;
  const { handleError } = middleware;
  const usual = new Telegraf('') as unknown as WithHandleError;
  if (String(handleError) === String(usual.handleError)) return undefined;
  return (error, ctx) => handleError(error, ctx);
}

interface WithHandleError {
  readonly handleError: ErrorHook;
}

function isTelegraf(value: unknown): value is WithHandleError {
  return typeof (value as Partial<WithHandleError> | undefined)?.handleError === 'function';
}
