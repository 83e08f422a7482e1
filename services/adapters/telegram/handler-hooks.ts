/**
 * Runs the hooks `setup`, `onLeading` and `onStop` of a module for `BOT_HANDLERS`, each at its time.
 *
 * Guarantees: `setup` runs once, before anything else; if it throws or takes too long, the process does not start.
 * `onLeading` runs at most once at a time. `onStop` runs once if `setup` succeeded, and ends at the stop's deadline. What
 * `onLeading` and `onStop` throw is logged and changes nothing else.
 */
import type { Telegram } from 'telegraf';
import type { Clock } from '../../core/platform/clock.ts';
import type { Logger } from '../../core/platform/logger.ts';
import { orAborted } from '../../core/platform/or-aborted.ts';
import type { Permit } from '../../core/platform/permit.ts';
import { reasonOf } from '../error-description.ts';
import { atPlace } from './error-place.ts';
import { HandlersError } from './handlers-error.ts';
import type { Hooks } from './handlers-module.ts';

export interface HandlerHooksOptions {
  readonly hooks: Omit<Hooks, 'onError'>;
  /** Guarded, with permits from `hookPermit`. */
  readonly telegram: Telegram;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Aborts when the process is told to stop. */
  readonly stop: AbortSignal;
  /** From the stop on, or from the end of polling without one. */
  readonly drainTimeoutMs: number;
}

const setupLimitMs = 60_000;
/** For `onStop` even if the handlers took the whole drain time. */
const stopLimitMinMs = 1000;

export class HandlerHooks {
  private readonly options: HandlerHooksOptions;
  private state: 'new' | 'set up' | 'stopped' = 'new';
  private leading: Promise<void> = Promise.resolve();
  private stopDeadlineMs: number | undefined;

  constructor(options: HandlerHooksOptions) {
    this.options = options;
    options.stop.addEventListener('abort', () => this.startDeadline(), { once: true });
  }

  /** Returns early at a stop. @throws HandlersError */
  async setup(): Promise<void> {
    const { hooks, telegram, logger, stop } = this.options;
    const { setup } = hooks;
    if (setup !== undefined) {
      const ran = this.withinLimit(setupLimitMs, () => setup({ telegram, logger, signal: stop }));
      if ((await orAborted(ran.catch(refuse), stop)) === 'late') throw tooLong();
    }
    this.state = 'set up';
  }

  /** Runs `onLeading` for one term; `signal` aborts when the term should end. Never rejects. */
  async lead(signal: AbortSignal): Promise<void> {
    const { onLeading } = this.options.hooks;
    if (onLeading === undefined) return;
    await orAborted(this.leading, signal);
    if (signal.aborted) return;
    this.leading = this.logged('onLeading', () => onLeading(signal));
    await this.leading;
  }

  async stop(): Promise<void> {
    const { clock, hooks, logger } = this.options;
    const { onStop } = hooks;
    if (this.state !== 'set up' || onStop === undefined) return;
    this.state = 'stopped';
    const limitMs = Math.max(this.startDeadline() - clock.monotonicMs(), stopLimitMinMs);
    const end = await this.withinLimit(limitMs, () => this.logged('onStop', onStop));
    if (end === 'late') logger.warn('the hook onStop did not end before the stop’s deadline');
  }

  private startDeadline(): number {
    const { clock, drainTimeoutMs } = this.options;
    this.stopDeadlineMs ??= clock.monotonicMs() + drainTimeoutMs;
    return this.stopDeadlineMs;
  }

  private async logged(name: string, hook: () => unknown): Promise<void> {
    try {
      await hook();
    } catch (error) {
      this.options.logger.error(`the hook ${name} failed`, { error });
    }
  }

  private async withinLimit(limitMs: number, step: () => unknown): Promise<'late' | 'ended'> {
    const waiting = new AbortController();
    const late = this.options.clock.sleep(limitMs, waiting.signal).then(() => 'late' as const);
    try {
      return await Promise.race([(async () => step())().then(() => 'ended' as const), late]);
    } finally {
      waiting.abort();
    }
  }
}

const expected = 'a module whose hook setup succeeds';

function refuse(error: unknown): never {
  const fix = 'fix what it names; what acts as the bot belongs in onLeading';
  throw new HandlersError(
    { expected, got: `a failure (${firstLine(reasonOf(error))}${atPlace(error)})`, fix },
    error,
  );
}

function tooLong(): HandlersError {
  const got = `no end within ${setupLimitMs / 1000} s`;
  return new HandlersError({ expected, got, fix: 'put a limit on each of its calls' });
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

/** The permit for a call of a hook: the term, or none; asking does no harm and needs none. */
export function hookPermit(method: string, term: Permit | undefined, stop: AbortSignal): Permit {
  if (term?.mayAct() === true) return term;
  const isQuestion = /^get(?!Updates$)/i.test(method);
  return { mayAct: () => isQuestion && !stop.aborted, overSignal: stop };
}
