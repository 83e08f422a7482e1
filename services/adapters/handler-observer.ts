/**
 * Turns the ends of handlers into log lines and metrics, and passes them to their alarm: in the process that polls, and in
 * the consumer of queue mode. Decides nothing.
 *
 * Tested by: test/bot/observer.test.ts
 */
import type { Counter, Histogram } from 'prom-client';
import type { HandlersAlarm } from '../core/alerts/handlers-alarm.ts';
import { TermOverError } from '../core/lease/errors.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../core/platform/bot-api.ts';
import type { Logger } from '../core/platform/logger.ts';
import { StoreRefusedError, StoreUnreachableError, storeFix } from '../core/platform/store-errors.ts';
import { QueueError } from '../core/queue/updates-queue.ts';
import type { HandlerObserver } from '../core/updates/handler-run.ts';
import { laneOf, updateType } from '../core/updates/update.ts';
import { failedMethod } from './telegram/telegram-bot.ts';

export interface HandlerMetrics {
  readonly updatesHandled: Counter<'result'>;
  readonly updateDuration: Histogram;
  readonly updatesOverdue: Counter;
  readonly storeErrors: Counter<'kind'>;
}

export interface HandlerObserverDeps {
  readonly logger: Logger;
  readonly metrics: HandlerMetrics;
  readonly handlers: Pick<HandlersAlarm, 'ended'>;
}

export function handlerObserver({ logger, metrics, handlers }: HandlerObserverDeps): HandlerObserver {
  return {
    onEnd: ({ update, attempt }, result, elapsedMs, error) => {
      metrics.updatesHandled.inc({ result });
      metrics.updateDuration.observe(elapsedMs / 1000);
      const isFenced = isOneOf(error, [TermOverError]);
      if (!isFenced) handlers.ended(result, error);
      if (result === 'ok') return;
      const fields = {
        updateId: update.update_id,
        type: updateType(update),
        lane: laneOf(update),
        attempt,
        method: failedMethod(error),
        error: withoutStack(error),
      };
      if (isFenced) logger.warn('refused a call of a handler: its permit has ended', fields);
      else logger.error('a handler failed', fields);
    },
    onOverdue: (job, elapsedMs) => {
      metrics.updatesOverdue.inc();
      const fields = {
        updateId: job.update.update_id,
        lane: laneOf(job.update),
        ageSeconds: elapsedMs / 1000,
      };
      logger.warn('a handler exceeded its time limit; its chat waits for it', fields);
    },
  };
}

/** Reduces an expected error to name, code and message: its stack says nothing. Leaves a bug unchanged. */
export function withoutStack(error: unknown): unknown {
  if (!isOneOf(error, expectedErrors)) return error;
  const { name, code, message } = error as Error & { code: string };
  return { name, code, message };
}

/** A refusal stays until somebody acts; what cannot be reached comes back by itself. */
export function refusalFix(error: unknown): string | undefined {
  return error instanceof StoreRefusedError ? storeFix(error) : undefined;
}

export function countStoreError({ storeErrors }: Pick<HandlerMetrics, 'storeErrors'>, error: unknown): void {
  if (error instanceof StoreUnreachableError) storeErrors.inc({ kind: 'unreachable' });
  else if (error instanceof StoreRefusedError) storeErrors.inc({ kind: 'refused' });
}

type ErrorClass = abstract new (...args: never) => Error;
const expectedErrors: readonly ErrorClass[] = [
  BotApiRefusedError,
  BotApiUnreachableError,
  QueueError,
  StoreRefusedError,
  StoreUnreachableError,
  TermOverError,
];

function isOneOf(error: unknown, classes: readonly ErrorClass[]): boolean {
  try {
    return classes.some((each) => error instanceof each);
  } catch {
    // A handler may throw a proxy that refuses to say what it is.
    return false;
  }
}
