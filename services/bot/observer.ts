/** Turns the worker's events into log lines and metrics, and passes handlers' ends to their alarm. Decides nothing. */

import { countStoreError, handlerObserver, refusalFix, withoutStack } from '../adapters/handler-observer.ts';
import type { HandlersAlarm } from '../core/alerts/handlers-alarm.ts';
import { LockHeldError, OtherBotError } from '../core/lease/errors.ts';
import type { LeaseObserver } from '../core/lease/lease.ts';
import { describeHolder } from '../core/lease/lock-value.ts';
import { BotApiRefusedError, BotApiUnreachableError } from '../core/platform/bot-api.ts';
import type { Clock } from '../core/platform/clock.ts';
import type { Logger } from '../core/platform/logger.ts';
import { isTokenRejection } from '../core/platform/token-rejection.ts';
import type { SessionObserver } from '../core/updates/polling-session.ts';
import { updateType } from '../core/updates/update.ts';
import { type BotMetrics, pollResultLabel } from './metrics.ts';

export function leaseObserver(logger: Logger, metrics: BotMetrics): LeaseObserver {
  let reportedHolder = '';
  return {
    onStandby: ({ value, ttlMs }, why) => {
      if (value === reportedHolder) return;
      reportedHolder = value;
      if (why === 'held')
        return logger.info(`standing by: the lock is held by ${describeHolder(value)}`, { ttlMs });
      logger.info(
        'the store knows no epoch (new or emptied): no worker leads for one TTL, so that any leader from before has stopped',
        { ttlMs },
      );
    },
    onAcquired: ({ epoch, value }) => {
      reportedHolder = '';
      logger.info('leading: acquired the polling lock', { epoch, lock: value });
    },
    onRenewed: (_term, { heartbeat }) => {
      if (heartbeat === undefined) return;
      const { ts } = JSON.parse(heartbeat) as { ts: string };
      metrics.heartbeatTimestamp.set(Date.parse(ts) / 1000);
    },
    onTermEnding: ({ epoch }, reason) => {
      if (reason === 'released') logger.info('released the polling lock', { epoch });
      else logger.warn(`stepping down: ${reason}`, { epoch, reason });
    },
    onTrouble: (what, error) => {
      countStoreError(metrics, error);
      if (error instanceof LockHeldError)
        logger.error(`${error.message}: not starting (POLLING_LOCK_BUSY is exit)`);
      else if (error instanceof OtherBotError) logger.error(error.message);
      else logger.warn(`${what} failed`, { error: withoutStack(error), fix: refusalFix(error) });
    },
  };
}

export interface SessionObserverDeps {
  readonly logger: Logger;
  readonly metrics: BotMetrics;
  readonly clock: Clock;
  readonly handlers: Pick<HandlersAlarm, 'ended'>;
  /** Named in errors that a wrong API root can cause. */
  readonly apiRoot: string;
}

export function sessionObserver({
  logger,
  metrics,
  clock,
  handlers,
  apiRoot,
}: SessionObserverDeps): SessionObserver {
  return {
    onPoll: (result, elapsedMs) => {
      metrics.polls.inc({ result: pollResultLabel(result) });
      metrics.pollDuration.observe(elapsedMs / 1000);
      if (result === 'ok') metrics.lastPollTimestamp.set(clock.wallMs() / 1000);
      if (result === 'conflict') metrics.conflicts.inc();
    },
    onReceived: (updates) => {
      for (const update of updates) metrics.updatesReceived.inc({ type: updateType(update) });
    },
    ...handlerObserver({ logger, metrics, handlers }),
    onBackpressure: (inFlight) => logger.warn('fetching holds until handlers have ended', { inFlight }),
    onDeadLetters: (updateIds) => {
      metrics.updatesDead.inc(updateIds.length);
      logger.error('updates became dead letters after their last attempt', { updateIds });
    },
    onTooBig: (updateIds) =>
      logger.error('updates are too big for the journal: if the worker crashes now, they are lost', {
        updateIds,
      }),
    onTrouble: (what, error) => {
      countStoreError(metrics, error);
      if (error instanceof BotApiRefusedError && isTokenRejection(error))
        logger.error(rejectionText(error, apiRoot));
      else if (error instanceof BotApiUnreachableError)
        logger.warn(`${what} failed`, { apiRoot, error: withoutStack(error) });
      else logger.warn(`${what} failed`, { error: withoutStack(error), fix: refusalFix(error) });
    },
  };
}

/** A server that is no Bot API, or an address with a path, answers 404 to every token. */
function rejectionText({ status, message }: BotApiRefusedError, apiRoot: string): string {
  const place = status === 404 ? `, and TELEGRAM_API_ROOT (${apiRoot}), which must be a Bot API server` : '';
  return `Telegram rejects the bot token (${message}): check it with @BotFather${place}; put it in place and start again`;
}
