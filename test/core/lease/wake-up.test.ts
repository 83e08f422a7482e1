import { beforeEach, describe, expect, it } from 'vitest';
import { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let wakeUp: WakeUp;
let stop: AbortController;
beforeEach(() => {
  clock = new VirtualClock();
  wakeUp = new WakeUp(clock);
  stop = new AbortController();
});

/** When the sleep ended; undefined while it lasts. */
function sleep(delayMs: number): { endedMs: number | undefined } {
  const result: { endedMs: number | undefined } = { endedMs: undefined };
  void wakeUp.sleep(delayMs, stop.signal).then(() => {
    result.endedMs = clock.monotonicMs();
  });
  return result;
}

describe('a sleep', () => {
  it('lasts its time when nothing wakes it', async () => {
    const sleeping = sleep(1000);
    await clock.advance(999);
    expect(sleeping.endedMs).toBeUndefined();
    await clock.advance(1);
    expect(sleeping.endedMs).toBe(1000);
  });

  it('ends at a wake-up', async () => {
    const sleeping = sleep(1000);
    await clock.advance(300);
    wakeUp.notify();
    await clock.settle();
    expect(sleeping.endedMs).toBe(300);
  });

  it('ends when its signal aborts, before it or during it', async () => {
    const sleeping = sleep(1000);
    await clock.advance(300);
    stop.abort();
    await clock.settle();
    expect(sleeping.endedMs).toBe(300);
    const another = sleep(1000);
    await clock.settle();
    expect(another.endedMs).toBe(300);
  });
});

describe('a wake-up while nothing sleeps', () => {
  it('ends the next sleep at once, and only that one', async () => {
    wakeUp.notify();
    wakeUp.notify();
    const first = sleep(1000);
    await clock.settle();
    expect(first.endedMs).toBe(0);
    const second = sleep(1000);
    await clock.advance(1000);
    expect(second.endedMs).toBe(1000);
  });

  it('is forgotten by a reset: the store is about to be read anyway', async () => {
    wakeUp.notify();
    wakeUp.reset();
    const sleeping = sleep(1000);
    await clock.advance(1000);
    expect(sleeping.endedMs).toBe(1000);
  });
});
