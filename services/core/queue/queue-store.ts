/** The ports of queue mode to the store. Each call is one atomic step and fails with an error of `core/platform/store-errors.ts`. */

/** A dead letter of queue mode. */
export interface DeadUpdate {
  /** The update's id; of a message that this version cannot read, the beginning of its deduplication id. */
  readonly id: string;
  readonly attempts: number;
  /** The term that sent it. */
  readonly epoch: number;
  /** How often `dead retry` has put it back. */
  readonly retries: number;
  /** The update's JSON, or the message's body as it is. */
  readonly content: string;
}

export interface DeadUpdates {
  /** Keeps a dead letter. Safe to repeat. */
  bury(letter: DeadUpdate): Promise<void>;
}

export interface QueueAttempts {
  /**
   * Counts one more attempt at a message that was delivered before, and returns its number: 2 for the first that is
   * counted, because the first delivery counts as an attempt. Safe to repeat with the same token.
   */
  count(deduplicationId: string, token: string): Promise<number>;
  /** What `count` would return; changes nothing. */
  next(deduplicationId: string, token: string): Promise<number>;
}

/** What a consumer says of itself. */
export interface ConsumerBeat {
  readonly consumer: string;
  readonly version: string;
  /** How long the updates waited whose handlers began since the last beat, at most; with those that still wait here. */
  readonly lagMs: number;
  /** Handlers that run. */
  readonly running: number;
  /** Messages received and not ended. */
  readonly held: number;
}

export interface ConsumerBeats {
  write(beat: ConsumerBeat): Promise<void>;
  /** A consumer that stops leaves no beat behind. */
  remove(consumer: string): Promise<void>;
}
