/** A seeded pseudo-random generator (mulberry32) with the draws that the simulator needs. */
import type { Random } from '../../services/core/platform/random.ts';

export class Prng implements Random {
  private state: number;

  constructor(seed: number) {
    this.state = seed >>> 0;
  }

  unit(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let mixed = this.state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  token(): string {
    return Array.from({ length: 4 }, () =>
      this.integer(0, 2 ** 32 - 1)
        .toString(16)
        .padStart(8, '0'),
    ).join('');
  }

  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.unit() * (max - min + 1));
  }

  happens(probability: number): boolean {
    return this.unit() < probability;
  }

  oneOf<T>(options: readonly T[]): T {
    const option = options[this.integer(0, options.length - 1)];
    if (option === undefined) throw new Error('nothing to choose from');
    return option;
  }

  /** An independent stream, so that an extra draw in one place does not change the others. */
  fork(): Prng {
    return new Prng(this.integer(0, 2 ** 32 - 1));
  }
}
