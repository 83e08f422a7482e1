/**
 * The port of the dead letters: updates whose every attempt ended with the process, and journal entries that could not
 * be read.
 */
import type { Reason } from '../platform/audit-trail.ts';

export interface DeadLetter {
  readonly id: string;
  /** How many attempts were made. */
  readonly attempts: number;
  /** The update as Telegram sent it, as JSON. */
  readonly update: string;
}

export interface DeadLetters {
  list(): Promise<readonly DeadLetter[]>;
  /**
   * Puts one back into the journal with all its attempts: the next leader replays it. `there already`: an earlier call
   * did. Safe to repeat.
   */
  retry(id: string, reason: Reason): Promise<'put back' | 'there already' | 'unknown'>;
}
