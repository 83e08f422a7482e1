/** Why a worker does not lead. */

import type { Held } from './lock-store.ts';
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

/** An act was refused because its term is over. */
export class TermOverError extends Error {
  readonly code = 'POLLING_LOCK_LOST';

  constructor(what: string) {
    super(`${what}: refused, because this process does not hold the polling lock any more`);
    this.name = 'TermOverError';
  }
}
