/** Turns what the worker does into log lines and metrics. Nothing here decides anything. */

import type { Clock } from '../core/clock.ts';
import type { Logger } from '../core/logger.ts';
import { LockHeldError, TermOverError } from '../core/polling-lock/errors.ts';
import type { LeaseObserver } from '../core/polling-lock/lease.ts';
import { describeHolder } from '../core/polling-lock/lock-value.ts';
import { StoreRefusedError, StoreUnreachableError } from '../core/store-errors.ts';
import type { DeliveryObserver } from '../core/update-pipeline/delivery.ts';
import { laneOf, updateType } from '../core/update-pipeline/update.ts';
import { type BotMetrics, pollResultLabel } from './metrics.ts';

export function leaseObserver(logger: Logger, metrics: BotMetrics): LeaseObserver {
  let waitsFor = '';
  return {
    onStandby: ({ value, ttlMs }, why) => {
      if (value === waitsFor) return;
      waitsFor = value;
      if (why === 'held')
        return logger.info(`standing by: the lock is held by ${describeHolder(value)}`, { ttlMs });
      logger.info(
        'the store knows no epoch (new or emptied): nobody leads for one lease, so that a leader who outlived it has stopped',
        { ttlMs },
      );
    },
    onAcquired: ({ epoch, value }) => {
      waitsFor = '';
      logger.info('leading: the polling lock is ours', { epoch, lock: value });
    },
    onRenewed: (_term, { heartbeat }) => {
      if (heartbeat === undefined) return;
      const { ts } = JSON.parse(heartbeat) as { ts: string };
      metrics.heartbeatTimestamp.set(Date.parse(ts) / 1000);
    },
    onStepDown: ({ epoch }, reason) => {
      if (reason === 'released') logger.info('the polling lock is given back', { epoch });
      else logger.warn(`stepping down: ${reason}`, { epoch, reason });
    },
    onTrouble: (what, error) => {
      countStoreError(metrics, error);
      if (error instanceof LockHeldError)
        logger.error(`${error.message}: not starting (POLLING_LOCK_BUSY is exit)`);
      else logger.warn(`${what} failed`, { error });
    },
  };
}

export function deliveryObserver(logger: Logger, metrics: BotMetrics, clock: Clock): DeliveryObserver {
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
    onEnd: ({ update, attempt }, result, elapsedMs, error) => {
      metrics.updatesHandled.inc({ result });
      metrics.updateDuration.observe(elapsedMs / 1000);
      if (result === 'ok') return;
      const fields = { updateId: update.update_id, attempt, error };
      if (error instanceof TermOverError)
        logger.warn('a handler was stopped from sending: the term is over', fields);
      else logger.error('a handler failed', fields);
    },
    onOverdue: (job, elapsedMs) => {
      metrics.updatesOverdue.inc();
      const fields = {
        updateId: job.update.update_id,
        lane: laneOf(job.update),
        ageSeconds: elapsedMs / 1000,
      };
      logger.warn('a handler is over its time limit; its chat waits for it', fields);
    },
    onHold: (inFlight) => logger.warn('fetching holds until handlers have ended', { inFlight }),
    onGivenUp: (updateIds) => {
      metrics.updatesDead.inc(updateIds.length);
      logger.error('updates given up after their last attempt', { updateIds });
    },
    onTrouble: (what, error) => {
      countStoreError(metrics, error);
      logger.warn(`${what} failed`, { error });
    },
  };
}

function countStoreError(metrics: BotMetrics, error: unknown): void {
  if (error instanceof StoreUnreachableError) metrics.storeErrors.inc({ kind: 'unreachable' });
  else if (error instanceof StoreRefusedError) metrics.storeErrors.inc({ kind: 'refused' });
}
