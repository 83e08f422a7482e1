/**
 * The poller's side of queue mode: instead of running the company's handlers it sends updates to the queue. The shipped
 * commands stay here: `/status` must answer when handlers do not.
 *
 * Tested by: test/handlers/main.test.ts
 */
import { createHash } from 'node:crypto';
import { withoutStack } from '../adapters/handler-observer.ts';
import { redisDeadUpdates } from '../adapters/redis/queue/queue-store.ts';
import type { UpstashStore } from '../adapters/redis/upstash-store.ts';
import type { ConnectedQueue } from '../adapters/sqs.ts';
import { systemClock as clock } from '../adapters/system-clock.ts';
import { systemRandom as random } from '../adapters/system-random.ts';
import { LogThrottle } from '../core/platform/log-throttle.ts';
import type { Logger } from '../core/platform/logger.ts';
import type { StoreKeys } from '../core/platform/store-keys.ts';
import { DepthWatch } from '../core/queue/depth-watch.ts';
import { forwardUpdate } from '../core/queue/forward-update.ts';
import { QueueSender } from '../core/queue/queue-sender.ts';
import type { QueueSettings } from '../core/settings/queue-settings.ts';
import type { Forwarding } from '../core/updates/polling-session.ts';
import type { HandleUpdate } from '../core/updates/update.ts';
import type { BotMetrics } from './metrics.ts';

/** A queue, and how to use it. */
export interface HandlersQueue {
  readonly connected: ConnectedQueue;
  readonly settings: QueueSettings;
}

export interface QueueModeDeps extends HandlersQueue {
  readonly store: UpstashStore;
  readonly keys: StoreKeys;
  readonly logger: Logger;
  readonly metrics: BotMetrics;
  readonly epoch: () => number;
}

export interface QueueMode {
  readonly forwarding: Forwarding;
  /** Sends an update that no shipped command takes. */
  readonly forward: HandleUpdate;
  /** Watches the depth until the stop. */
  watch(stop: AbortSignal): Promise<void>;
}

export function queueMode({
  connected: queue,
  settings,
  store,
  keys,
  logger,
  metrics,
  epoch,
}: QueueModeDeps): QueueMode {
  const series = metrics.queueSeries();
  const throttle = new LogThrottle(clock);
  const onTrouble = (what: string, error: unknown): void => {
    if (throttle.mayLog(what)) logger.warn(`${what} failed`, { error: withoutStack(error) });
  };
  const watch = new DepthWatch({
    clock,
    queue,
    deadLetters: () => queue.deadLetters(),
    depthMax: settings.depthMax,
    observer: {
      onDepth: ({ visible, inFlight }) => series.depth.set(visible + inFlight),
      onDeadLetters: (messages) => series.deadLetters.set(messages),
      onFull: (isFull, messages) => {
        if (isFull) logger.warn('fetching holds: the updates queue is full', { messages });
        else logger.info('fetching goes on: the updates queue has room again', { messages });
      },
      onTrouble,
    },
  });
  const sender = new QueueSender({
    clock,
    random,
    queue,
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    epoch,
    observer: {
      onSent: () => series.sends.inc({ result: 'sent' }),
      onSendFailed: (error) => {
        series.sends.inc({ result: 'failed' });
        onTrouble('send updates to the queue', error);
      },
    },
  });
  const forward = forwardUpdate({
    clock,
    random,
    sender,
    dead: redisDeadUpdates(store, keys),
    epoch,
    observer: {
      onRefused: ({ update_id: updateId }, error) => {
        metrics.updatesDead.inc();
        logger.error('the queue refuses an update: it became a dead letter', { updateId, error });
      },
      onTrouble,
    },
  });
  return {
    forwarding: { mayFetch: () => !watch.isFull },
    forward,
    watch: (stop) => watch.run(stop),
  };
}
