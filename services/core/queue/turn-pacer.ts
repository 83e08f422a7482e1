/**
 * Lets the event loop turn between handlers. Without it, ten that came in one receive would compute in one turn: nothing
 * would be prolonged, removed or received meanwhile, and other consumers would have nothing to do.
 *
 * Guarantees: one handler begins in a turn, so whatever it computes before it waits for something is over before the next
 * one begins.
 */
import type { Clock } from '../platform/clock.ts';

/** A turn that takes longer was spent computing. */
export const longTurnMs = 10;

interface Turn {
  readonly over: Promise<void>;
  /** How many wait for its end. */
  waiting: number;
}

export class TurnPacer {
  private readonly clock: Clock;
  private readonly onTurn: () => void;
  private turn: Turn | undefined;
  private lastTurnMs = 0;

  /** @param onTurn called at the end of a turn in which a handler began */
  constructor(clock: Clock, onTurn: () => void) {
    this.clock = clock;
    this.onTurn = onTurn;
  }

  /** How many handlers wait because others compute; 0 while turns are short. */
  get backlog(): number {
    return this.lastTurnMs < longTurnMs ? 0 : (this.turn?.waiting ?? 0);
  }

  /** Undefined if a handler may begin in this turn; otherwise a promise of the next turn, in which to ask again. */
  untilNextTurn(): Promise<void> | undefined {
    if (this.turn === undefined) {
      this.turn = { over: this.end(this.clock.monotonicMs()), waiting: 0 };
      return undefined;
    }
    this.turn.waiting += 1;
    return this.turn.over;
  }

  private async end(startedMs: number): Promise<void> {
    await this.clock.sleep(0);
    this.lastTurnMs = this.clock.monotonicMs() - startedMs;
    this.turn = undefined;
    this.onTurn();
  }
}
