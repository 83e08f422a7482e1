/**
 * Replays under suspicion: an update that was tried twice and is still unfinished may be the one that ends the
 * process. Suspects run one at a time, so that a crash tells which it was, and the others lose no attempt by it.
 *
 * A suspect that is over its time limit lets the next one in; it ends processes no more than any slow handler.
 */
export class PoisonQueue {
  private last: Promise<void> = Promise.resolve();

  /** Resolves when it is this one's turn, with what lets the next one in. */
  async enter(): Promise<() => void> {
    const turn = Promise.withResolvers<void>();
    const before = this.last;
    this.last = before.then(() => turn.promise);
    await before;
    return turn.resolve;
  }
}

/** From so many attempts on, an update is a suspect. */
export const poisonAttempts = 2;
