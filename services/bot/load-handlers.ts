/**
 * Loads the company's own features: the module that `BOT_HANDLERS` names.
 *
 * Tested by: test/bot/bot-handlers.test.ts
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Context, Middleware, MiddlewareObj } from 'telegraf';

export interface LoadedHandlers {
  readonly middleware: Middleware<Context>;
  /** The module's export `allowedUpdates`; undefined asks for Telegram's default set. */
  readonly allowedUpdates: readonly string[] | undefined;
}

/** The module cannot be used. The message is one line for the operator who set `BOT_HANDLERS`. */
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
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile && /^\.{0,2}\//.test(specifier)) throw notLoaded(specifier, `there is no file ${path}`);
  const address = isFile ? pathToFileURL(path).href : specifier;
  let module: { default?: unknown; allowedUpdates?: unknown };
  try {
    module = (await import(address)) as typeof module;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    // Otherwise the module exists, and something that it imports does not.
    const isMissing = !isFile && message.includes(` imported from ${fileURLToPath(import.meta.url)}`);
    throw notLoaded(
      specifier,
      isMissing ? `there is neither a file ${path} nor such a package` : message,
      error,
    );
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

function notLoaded(specifier: string, reason: string, cause?: unknown): HandlersError {
  return new HandlersError(`${JSON.stringify(specifier)}, which cannot be loaded (${reason})`, cause);
}

function isMiddleware(value: unknown): value is Middleware<Context> {
  if (typeof value === 'function') return true;
  const composer = value as Partial<MiddlewareObj<Context>> | null | undefined;
  return typeof composer === 'object' && typeof composer?.middleware === 'function';
}
