/**
 * Updates that were given up: in every attempt the process ended before their handlers did. And entries of the journal
 * that nobody could read.
 */
import type { Reason } from '../platform/audit-trail.ts';

export interface DeadLetter {
  readonly id: string;
  /** How often it was tried. */
  readonly attempts: number;
  /** The update as Telegram sent it, as JSON. */
  readonly update: string;
}

export interface DeadLetters {
  list(): Promise<readonly DeadLetter[]>;
  /**
   * Puts one back into the journal, with all attempts left: the next leader replays it. `there already`: an earlier
   * call did. Safe to repeat.
   */
  retry(id: string, reason: Reason): Promise<'put back' | 'there already' | 'unknown'>;
}
