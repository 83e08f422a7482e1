/** People who write to the simulated bot: now and then, sometimes several at once, rarely a flood. */
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Prng } from './prng.ts';

export interface WrittenMessage {
  readonly chat: number;
  /** How long its handler works. */
  readonly workMs: number;
  /** It ends every process that handles it. */
  readonly poison: boolean;
}

export interface PeopleOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly untilMs: number;
  readonly mayPoison: () => boolean;
  /** Where there is little room, a flood would not be through in time. */
  readonly mayFlood: boolean;
  readonly write: (message: WrittenMessage) => void;
}

const chats = 4;
const poisonProbability = 0.005;
/** More than one batch: then what is fetched is journaled ahead of its handlers. */
const floodProbability = 0.01;
const floodMin = 100;

export async function letPeopleWrite(options: PeopleOptions) {
  const { trueTime, prng, untilMs, mayPoison, write } = options;
  while (trueTime.monotonicMs() < untilMs) {
    await trueTime.sleep(prng.integer(50, 3000));
    const count = burst(options);
    for (let index = 0; index < count; index++) {
      const chat = prng.integer(1, chats);
      const workMs = prng.happens(0.5) ? 0 : prng.integer(1, prng.happens(0.1) ? 8000 : 300);
      // Each costs three leases: among a flood there would be too many.
      const poison = prng.happens(poisonProbability) && mayPoison() && count < floodMin;
      write({ chat, workMs, poison });
    }
  }
}

function burst({ prng, mayFlood }: PeopleOptions): number {
  if (mayFlood && prng.happens(floodProbability)) return prng.integer(floodMin, 350);
  return prng.happens(0.2) ? prng.integer(2, 12) : 1;
}
