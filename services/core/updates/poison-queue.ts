/**
 * Runs suspects one at a time. An update that was attempted twice and is still unsettled may be poison: the one that
 * ends the process. Alone, it is known by the crash, and the other suspects lose no attempt to it.
 *
 * A suspect that is over its time limit lets the next one in: it is no more likely to end the process than any other
 * slow handler.
 */
export class PoisonQueue {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when it is the caller's turn, with the function that lets the next one in. */
  async acquire(): Promise<() => void> {
    const turn = Promise.withResolvers<void>();
    const before = this.last;
    this.last = before.then(() => turn.promise);
    await before;
    return turn.resolve;
  }
}

/** An update with this many attempts is a suspect. */
export const poisonAttempts = 2;
