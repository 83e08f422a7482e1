/**
 * The port of the dead letters: updates whose every attempt ended with the process, and journal entries that could not
 * be read.
 */
import type { Reason } from '../platform/audit-trail.ts';

export interface DeadLetter {
  /** The update's id; the second letter of an id is called `<id>#2`. */
  readonly id: string;
  /** How many attempts were made. */
  readonly attempts: number;
  /** The update as Telegram sent it, as JSON; the whole line if this version cannot read it. */
  readonly update: string;
}

export type RetryOutcome =
  | 'put back'
  /** This version cannot read it; a leader that can will handle it, any other makes it a dead letter again. */
  | 'put back as it is'
  /** An earlier call put it back. */
  | 'there already'
  /** The journal holds another update with this id: try again when that has been handled. */
  | 'id in use'
  | 'unknown';

export interface DeadLetters {
  /** In order of their ids. */
  list(): Promise<readonly DeadLetter[]>;
  /** Puts one back into the journal with all its attempts: the next leader replays it. Safe to repeat. */
  retry(id: string, reason: Reason): Promise<RetryOutcome>;
}
