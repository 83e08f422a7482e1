/**
 * How long updates wait for their handlers: from when the queue accepted them until their handlers begin, on the wall
 * clocks of the queue and of this machine.
 *
 * Tested by: test/core/queue/consumer.test.ts
 */
import type { Clock } from '../platform/clock.ts';
import type { HeldMessage } from './group-hold.ts';

export class LagGauge {
  private readonly clock: Clock;
  private longestMs = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  began(message: HeldMessage): void {
    this.longestMs = Math.max(this.longestMs, this.ageMs(message));
  }

  /** The longest wait since the last call, of those that began and those that still wait; 0 if there were none. */
  take(waiting: readonly HeldMessage[]): number {
    const lagMs = Math.max(this.longestMs, ...waiting.map((message) => this.ageMs(message)), 0);
    this.longestMs = 0;
    return lagMs;
  }

  private ageMs({ delivered }: HeldMessage): number {
    return this.clock.wallMs() - delivered.sentMs;
  }
}
