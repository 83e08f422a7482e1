/**
 * Turns the consumer's events into log lines and metrics. Decides nothing.
 *
 * Tested by: test/handlers/main.test.ts
 */
import { countStoreError, handlerObserver, refusalFix, withoutStack } from '../adapters/handler-observer.ts';
import type { HandlersAlarm } from '../core/alerts/handlers-alarm.ts';
import type { LogThrottle } from '../core/platform/log-throttle.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { ConsumerObserver } from '../core/queue/consumer.ts';
import { epochOf } from '../core/queue/queue-message.ts';
import { QueueError } from '../core/queue/updates-queue.ts';
import type { HandlersMetrics } from './metrics.ts';

export interface ConsumerObserverDeps {
  readonly logger: Logger;
  readonly metrics: HandlersMetrics;
  readonly handlers: Pick<HandlersAlarm, 'ended'>;
  readonly throttle: LogThrottle;
  /** Messages of this term have come. */
  readonly onEpoch: (epoch: number) => void;
}

export function consumerObserver(deps: ConsumerObserverDeps): ConsumerObserver {
  const { logger, metrics, handlers, throttle, onEpoch } = deps;
  return {
    ...handlerObserver({ logger, metrics, handlers }),
    onReceived: (messages) => {
      for (const { delivered } of messages) {
        metrics.messagesReceived.inc({ delivery: delivered.receiveCount > 1 ? 'again' : 'first' });
        onEpoch(epochOf(delivered));
      }
    },
    onLost: (reason, messages) => {
      metrics.messagesLost.inc(messages.length);
      const updateIds = messages.map(({ update }) => update.update_id);
      logger.warn('lost messages: the queue delivers them again', { reason, updateIds });
    },
    onDeadLetter: ({ update, isUnreadable }) => {
      metrics.updatesDead.inc();
      const why = isUnreadable ? 'this version cannot read it' : 'its last attempt ended with the process';
      logger.error('an update became a dead letter', { updateId: update.update_id, why });
    },
    onTrouble: (what, error) => {
      countStoreError(metrics, error);
      if (error instanceof QueueError) metrics.queueErrors.inc();
      if (!throttle.mayLog(what)) return;
      logger.warn(`${what} failed`, { error: withoutStack(error), fix: refusalFix(error) });
    },
  };
}
