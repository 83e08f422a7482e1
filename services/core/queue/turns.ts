/**
 * Lets updates at their second attempt run one after another: one of them may be what ended the process before, and if
 * it does so again, the others have lost no further attempt. First attempts go on beside them.
 *
 * Does not guarantee: that one runs without the others. Whoever has waited for five seconds begins all the same: after
 * a crash, many chats with slow handlers must not wait for one another.
 */
import type { Clock } from '../platform/clock.ts';

export const turnWaitMaxMs = 5000;

export class Turns {
  private readonly clock: Clock;
  /** Resolves when everyone who has asked so far has had a turn. */
  private last: Promise<unknown> = Promise.resolve();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Resolves when it is its turn, or the wait is over. Call the result when the turn has ended; safe to repeat. */
  async take(signal: AbortSignal): Promise<() => void> {
    const before = this.last;
    const turn = Promise.withResolvers<void>();
    this.last = before.then(() => turn.promise);
    const begun = new AbortController();
    const tooLong = this.clock.sleep(turnWaitMaxMs, AbortSignal.any([signal, begun.signal]));
    await Promise.race([before, tooLong]);
    begun.abort('begun');
    return turn.resolve;
  }
}
