/** The load on the simulated bot: single messages, sometimes bursts, rarely a flood. */
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Prng } from './prng.ts';

export interface SimulatedMessage {
  readonly chat: number;
  /** How long its handler works. */
  readonly workMs: number;
  readonly endless: boolean;
  /** Crashes every process that handles it. */
  readonly poison: boolean;
  readonly text: string;
}

export interface LoadOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly untilMs: number;
  readonly mayPoison: () => boolean;
  /** With a small limit in flight, a flood would not finish in time. */
  readonly mayFlood: boolean;
  readonly write: (message: SimulatedMessage) => void;
}

const [chatsFew, chatsMany] = [4, 40];
const manyChatsProbability = 0.15;
/** Its handler does not end while faults are on. */
const endlessProbability = 0.003;
const poisonProbability = 0.005;
/** More than one batch, so that updates are journaled before their handlers start. */
const floodProbability = 0.01;
const floodMin = 100;
/** Updates so long that what is unfinished does not fit into one request. */
const longTextsProbability = 0.02;
const [longTextMin, longTextMax] = [5000, 40_000];
const floodOfLongTextsProbability = 0.1;

export async function simulateLoad(options: LoadOptions) {
  const { trueTime, prng, untilMs, mayPoison, write } = options;
  const chats = prng.happens(manyChatsProbability) ? chatsMany : chatsFew;
  const hasLongTexts = options.mayFlood && prng.happens(longTextsProbability);
  const text = hasLongTexts ? 'ж'.repeat(prng.integer(longTextMin, longTextMax) / 2) : '';
  let floods = 0;
  while (trueTime.monotonicMs() < untilMs) {
    await trueTime.sleep(prng.integer(50, 3000));
    const count = burst(
      options,
      hasLongTexts && floods === 0 ? floodOfLongTextsProbability : floodProbability,
    );
    if (count >= floodMin) floods++;
    for (let index = 0; index < count; index++) {
      const chat = prng.integer(1, chats);
      const workMs = prng.happens(0.5) ? 0 : prng.integer(1, prng.happens(0.1) ? 8000 : 300);
      // Each costs three TTLs: a flood would contain too many.
      const poison = prng.happens(poisonProbability) && mayPoison() && count < floodMin;
      const endless = prng.happens(endlessProbability) && mayPoison() && count < floodMin;
      write({ chat, workMs, endless, poison, text });
    }
  }
}

function burst({ prng, mayFlood }: LoadOptions, flood: number): number {
  if (mayFlood && prng.happens(flood)) return prng.integer(floodMin, 350);
  return prng.happens(0.2) ? prng.integer(2, 12) : 1;
}
