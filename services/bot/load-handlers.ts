/** Loads the company's own features: the module that `BOT_HANDLERS` names. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Context, Middleware, MiddlewareObj } from 'telegraf';

export interface LoadedHandlers {
  readonly middleware: Middleware<Context>;
  /** What the module exports as `allowedUpdates`; Telegram's default set when it says nothing. */
  readonly allowedUpdates: readonly string[] | undefined;
}

/** The module cannot be used; the message is one line for the person who set `BOT_HANDLERS`. */
export class HandlersError extends Error {
  readonly code = 'BOT_HANDLERS';

  constructor(got: string, cause?: unknown) {
    super(
      `BOT_HANDLERS: expected a module whose default export is Telegraf middleware, got ${got}; ` +
        'give a path from the working directory, such as ./features.ts, that exports a Composer',
      { cause },
    );
    this.name = 'HandlersError';
  }
}

/** @throws HandlersError */
export async function loadHandlers(specifier: string): Promise<LoadedHandlers> {
  const path = resolve(specifier);
  const address = existsSync(path) ? pathToFileURL(path).href : specifier;
  let module: { default?: unknown; allowedUpdates?: unknown };
  try {
    module = (await import(address)) as typeof module;
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new HandlersError(`${JSON.stringify(specifier)}, which cannot be loaded (${reason})`, error);
  }
  const { default: middleware, allowedUpdates } = module;
  if (!isMiddleware(middleware)) {
    throw new HandlersError(`a default export of type ${middleware === null ? 'null' : typeof middleware}`);
  }
  return {
    middleware,
    allowedUpdates: Array.isArray(allowedUpdates) ? allowedUpdates.map(String) : undefined,
  };
}

function isMiddleware(value: unknown): value is Middleware<Context> {
  if (typeof value === 'function') return true;
  const composer = value as Partial<MiddlewareObj<Context>> | null | undefined;
  return typeof composer === 'object' && typeof composer?.middleware === 'function';
}
