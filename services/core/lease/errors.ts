/** Why a worker does not lead. */

import type { Held, StoreMismatch } from './lock-store.ts';
import { describeHolder } from './lock-value.ts';

/** Another process holds the lock and `whenHeld` is `exit`. */
export class LockHeldError extends Error {
  readonly code = 'POLLING_LOCK_HELD';
  readonly held: Held;

  constructor(held: Held) {
    super(`the polling lock is held by ${describeHolder(held.value)}`);
    this.name = 'LockHeldError';
    this.held = held;
  }
}

/** The store belongs to another bot. The message is one line for whoever configured this worker. */
export class OtherBotError extends Error {
  readonly code = 'STORE_OF_ANOTHER_BOT';

  constructor({ botId, storeBotId }: StoreMismatch) {
    super(
      `UPSTASH_REDIS_REST_URL: expected the store of bot ${botId} (the bot token's), got one that belongs to bot ` +
        `${storeBotId}; use another store, or a REDIS_KEY_PREFIX of its own, or free this one with: npx staffprobot unbind`,
    );
    this.name = 'OtherBotError';
  }
}

/** An act was refused because its term is over, or because this process has none. */
export class TermOverError extends Error {
  readonly code = 'POLLING_LOCK_LOST';

  constructor(what: string) {
    super(
      `${what}: refused, because this process does not hold the polling lock, or in queue mode the message`,
    );
    this.name = 'TermOverError';
  }
}
