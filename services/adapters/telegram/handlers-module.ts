/**
 * What a module for `BOT_HANDLERS` may export, and what it gets: types to import for those who write one.
 *
 * `docs/handlers.md` says when each hook runs, how long it may take, and what follows when it throws.
 */
import type { Context, Telegram } from 'telegraf';
import type { Logger } from '../../core/platform/logger.ts';

export type { Logger };

/** What `setup` gets. All of it stays usable until the process ends. */
export interface SetupContext {
  /**
   * Guarded like a handler's `ctx.telegram`: it acts only while this worker leads. A worker that does not lead may only
   * ask (`getMe`, `getChat`, …); any other call throws an error with the code `POLLING_LOCK_LOST`.
   */
  readonly telegram: Telegram;
  readonly logger: Logger;
  /** Aborts when the process is told to stop. */
  readonly signal: AbortSignal;
}

/** The hooks of a module, each an export of this name. All may be asynchronous. */
export interface Hooks {
  /** Once per process, before it tries to lead. */
  readonly setup?: ((context: SetupContext) => unknown) | undefined;
  /** Once per term, beside polling. `signal` aborts when this worker stops leading. */
  readonly onLeading?: ((signal: AbortSignal) => unknown) | undefined;
  /** Once, after the last handler and after the lock is released. */
  readonly onStop?: (() => unknown) | undefined;
  /** After each handler of the module that throws. */
  readonly onError?: ((error: unknown, ctx: FeatureContext) => unknown) | undefined;
}

/** What `ctx.state` holds. */
export type HandlerState = {
  /** 1 at first; 2 or 3 if an earlier attempt was, or may have been, cut short. */
  readonly attempt: number;
  /** Aborts when the handler exceeds its time limit, or when this worker may no longer act. */
  readonly signal: AbortSignal;
  /** Its lines name the update, its chat and the attempt. */
  readonly logger: Logger;
};

/** Telegraf's context, with the type of its `state`. */
export interface FeatureContext extends Context {
  readonly state: HandlerState;
}
