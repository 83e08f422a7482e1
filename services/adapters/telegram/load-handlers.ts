/**
 * Loads the company's own features: the module that `BOT_HANDLERS` names.
 *
 * Tested by: test/bot/bot-handlers.test.ts
 */
import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Context, Middleware, MiddlewareObj } from 'telegraf';
import { nearestName } from '../../core/platform/nearest-name.ts';
import { type UpdateType, updateTypes } from '../../core/updates/update.ts';
import { withErrorHooks } from './error-hooks.ts';
import { atPlace } from './error-place.ts';
import { HandlersError } from './handlers-error.ts';
import type { Hooks } from './handlers-module.ts';
import { readHooks } from './read-hooks.ts';

/** A name is no longer than this; a pasted text is not compared in full. */
const shownMax = 60;

export interface LoadedHandlers {
  /** Tells the module's error hooks itself. */
  readonly middleware: Middleware<Context>;
  /** The module's export `allowedUpdates`; undefined asks for Telegram's default set. */
  readonly allowedUpdates: readonly UpdateType[] | undefined;
  readonly hooks: Omit<Hooks, 'onError'>;
}

/** @throws HandlersError */
export async function loadHandlers(specifier: string): Promise<LoadedHandlers> {
  const path = resolve(specifier);
  const isFile = statSync(path, { throwIfNoEntry: false })?.isFile() === true;
  if (!isFile && /^\.{0,2}\//.test(specifier)) throw notLoaded(specifier, `there is no file ${path}`);
  const address = isFile ? pathToFileURL(path).href : specifier;
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(address)) as typeof module;
  } catch (error) {
    const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    // Otherwise the module exists, and something that it imports does not.
    const isMissing = !isFile && message.includes(` imported from ${fileURLToPath(import.meta.url)}`);
    throw notLoaded(
      specifier,
      isMissing ? `there is neither a file ${path} nor such a package` : message + atPlace(error),
      error,
    );
  }
  const { default: middleware, allowedUpdates } = module;
  if (!isMiddleware(middleware)) {
    throw noMiddleware(`a default export of type ${typeOf(middleware)}`);
  }
  const { onError, ...hooks } = readHooks(module);
  return {
    middleware: withErrorHooks(middleware, onError),
    allowedUpdates: readAllowedUpdates(allowedUpdates),
    hooks,
  };
}

/** Telegram ignores a type that it does not know: the handlers would wait for it in vain. */
function readAllowedUpdates(value: unknown): readonly UpdateType[] | undefined {
  if (value === undefined) return undefined;
  const expected = 'a module whose export allowedUpdates is an array of update types';
  if (!Array.isArray(value)) {
    const fix = "write it like ['message', 'chat_member'], or leave it out for Telegram's default set";
    throw new HandlersError({ expected, got: `a value of type ${typeOf(value)}`, fix });
  }
  return value.map((entry: unknown) => {
    const known = updateTypes.find((type) => type === entry);
    if (known !== undefined) return known;
    const isText = typeof entry === 'string';
    const got = `one with ${isText ? JSON.stringify(entry.slice(0, shownMax)) : `a value of type ${typeOf(entry)}`}`;
    const fix = isText
      ? `did you mean ${nearestName(entry.slice(0, shownMax), updateTypes)}?`
      : 'write names only';
    throw new HandlersError({ expected, got, fix });
  });
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

function notLoaded(specifier: string, reason: string, cause?: unknown): HandlersError {
  return noMiddleware(`${JSON.stringify(specifier)}, which cannot be loaded (${reason})`, cause);
}

function noMiddleware(got: string, cause?: unknown): HandlersError {
  const expected = 'a module whose default export is Telegraf middleware';
  const fix = 'give a path from the working directory, such as ./features.ts, that exports a Composer';
  return new HandlersError({ expected, got, fix }, cause);
}

function isMiddleware(value: unknown): value is Middleware<Context> {
  if (typeof value === 'function') return true;
  const composer = value as Partial<MiddlewareObj<Context>> | null | undefined;
  return typeof composer === 'object' && typeof composer?.middleware === 'function';
}
