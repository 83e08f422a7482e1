/**
 * Queue mode as the monitor and ops see it from outside: the queue by its own counts, the consumers by their heartbeats.
 *
 * Tested by: test/core/outage/queue-trouble.test.ts
 */
import type { QueueDepth } from './updates-queue.ts';

/** The queue as it describes itself. The counts are approximate. */
export interface QueueView extends QueueDepth {
  readonly isFifo: boolean;
  readonly visibilitySeconds: number;
  readonly retentionSeconds: number;
  /** Null: the queue has none. */
  readonly deadLetters: DeadLetterQueue | null;
}

export interface DeadLetterQueue {
  /** A message that was received so often goes there. */
  readonly receivesMax: number;
  readonly messages: number;
}

export interface OperatedQueue {
  /** @throws QueueError */
  look(): Promise<QueueView>;
  /** Deletes every message, also those in flight. `too soon`: SQS allows it once a minute. @throws QueueError */
  purge(): Promise<'purged' | 'too soon'>;
}

/** A consumer by its last heartbeat. */
export interface SeenConsumer {
  readonly consumer: string;
  readonly version: string;
  /** By the store's clock. */
  readonly ageMs: number;
  /** How long updates had waited at most when it wrote the heartbeat. */
  readonly lagMs: number;
  readonly running: number;
  readonly held: number;
}

export interface SeenConsumers {
  /** Rejects with an error of `core/platform/store-errors.ts`. */
  list(): Promise<readonly SeenConsumer[]>;
}

export interface QueueWatch {
  readonly queue: OperatedQueue;
  readonly consumers: SeenConsumers;
}
