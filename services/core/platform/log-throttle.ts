/** Lets a line about the same trouble through once in a while: each of a thousand updates that wait has the same one. */
import type { Clock } from './clock.ts';

const everyMs = 5000;

export class LogThrottle {
  private readonly clock: Clock;
  private readonly loggedMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** @param what one of a few texts: each is remembered */
  mayLog(what: string): boolean {
    const nowMs = this.clock.monotonicMs();
    if (nowMs < (this.loggedMs.get(what) ?? Number.NEGATIVE_INFINITY) + everyMs) return false;
    this.loggedMs.set(what, nowMs);
    return true;
  }
}
