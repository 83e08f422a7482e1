/**
 * Lets the event loop turn between handlers that compute. Without it, ten that came in one receive would run in one
 * turn: nothing would be prolonged, removed or received meanwhile, and other consumers would have nothing to do.
 *
 * Guarantees: once the handlers that began in one turn have computed for `turnMaxMs`, the next one begins in a later turn.
 */
import type { Clock } from '../platform/clock.ts';

export const turnMaxMs = 10;

interface Turn {
  readonly startedMs: number;
  readonly over: Promise<void>;
  /** How many wait for its end. */
  waiting: number;
}

export class TurnPacer {
  private readonly clock: Clock;
  private turn: Turn | undefined;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Handlers that wait for their turn. */
  get waitingCount(): number {
    return this.turn?.waiting ?? 0;
  }

  /** Undefined if a handler may begin in this turn; otherwise a promise of the next turn, in which to ask again. */
  untilNextTurn(): Promise<void> | undefined {
    const nowMs = this.clock.monotonicMs();
    this.turn ??= { startedMs: nowMs, over: this.end(), waiting: 0 };
    if (nowMs - this.turn.startedMs < turnMaxMs) return undefined;
    this.turn.waiting += 1;
    return this.turn.over;
  }

  private async end(): Promise<void> {
    await this.clock.sleep(0);
    this.turn = undefined;
  }
}
