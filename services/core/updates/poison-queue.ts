/**
 * Lets suspects in so that a crash shows which one caused it. An update that was attempted twice and is still unsettled
 * may be poison: the one that ends the process.
 *
 * - Suspects run alone, one after another, for the first seconds of a term. The one that crashes the process alone is
 *   known, and no other loses an attempt to it.
 * - If more are left then, they run side by side, so that many slow ones do not take an hour. That attempt is not
 *   counted. If the process crashes, those that were running are accused.
 * - The accused run alone, before any other suspect.
 *
 * So poison is known after three attempts, or after four if there were too many suspects to run each alone.
 *
 * A suspect that is over its time limit lets the next one in: it is no more likely to end the process than any other
 * slow handler.
 */
import type { Clock } from '../platform/clock.ts';
import type { AttemptMode } from './journal.ts';

export interface Turn {
  readonly mode: AttemptMode;
  /** Lets the next one in; safe to repeat. */
  release(): void;
}

interface Suspect {
  readonly isAccused: boolean;
  readonly resolve: (turn: Turn) => void;
}

/** An update with this many attempts is a suspect. */
export const poisonAttempts = 2;
/** How long suspects run alone if more are waiting. */
export const aloneForMs = 5000;
/** After a crash each of these runs alone, so more would make the second replay long. */
export const besideOthersMax = 50;

export class PoisonQueue {
  private readonly clock: Clock;
  private waiting: Suspect[] = [];
  private running = 0;
  private isOneAlone = false;
  private isAdmitting = false;
  private firstInMs: number | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Resolves when it is the caller's turn. */
  acquire({ isAccused }: { isAccused: boolean }): Promise<Turn> {
    return new Promise((resolve) => {
      this.waiting.push({ isAccused, resolve });
      if (this.isAdmitting) return;
      this.isAdmitting = true;
      // All who come at the same moment are counted as waiting.
      queueMicrotask(() => {
        this.isAdmitting = false;
        this.admit();
      });
    });
  }

  private admit(): void {
    while (this.waiting.length > 0 && !this.isOneAlone) {
      const mode = this.nextMode();
      if (mode === 'alone' ? this.running > 0 : this.running >= besideOthersMax) return;
      this.letIn(this.takeNext(), mode);
    }
  }

  private nextMode(): AttemptMode {
    if (this.waiting.some(({ isAccused }) => isAccused)) return 'alone';
    if (this.running > 0) return 'beside others';
    this.firstInMs ??= this.clock.monotonicMs();
    const isEarly = this.clock.monotonicMs() - this.firstInMs < aloneForMs;
    return isEarly || this.waiting.length === 1 ? 'alone' : 'beside others';
  }

  private takeNext(): Suspect {
    const accused = this.waiting.findIndex(({ isAccused }) => isAccused);
    const [next] = this.waiting.splice(Math.max(0, accused), 1);
    if (next === undefined) throw new Error('bug: no suspect waits');
    return next;
  }

  private letIn({ resolve }: Suspect, mode: AttemptMode): void {
    this.running++;
    this.isOneAlone = mode === 'alone';
    let isIn = true;
    const release = (): void => {
      if (!isIn) return;
      isIn = false;
      this.running--;
      if (mode === 'alone') this.isOneAlone = false;
      this.admit();
    };
    resolve({ mode, release });
  }
}
