import { beforeEach, describe, expect, it } from 'vitest';
import { WakeUp } from '../../../services/core/lease/wake-up.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let wakeUp: WakeUp;
let woke: number[];
beforeEach(() => {
  clock = new VirtualClock();
  wakeUp = new WakeUp(clock);
  woke = [];
});

const never = new AbortController().signal;
const sleep = (delayMs: number, signal = never): void =>
  void wakeUp.sleep(delayMs, signal).then(() => woke.push(clock.monotonicMs()));

describe('WakeUp', () => {
  it('sleeps for the whole delay if nothing wakes it', async () => {
    sleep(1000);
    await clock.advance(999);
    expect(woke).toEqual([]);
    await clock.advance(1);
    expect(woke).toEqual([1000]);
  });

  it('wakes at once on a notification', async () => {
    sleep(1000);
    await clock.advance(400);
    wakeUp.notify();
    await clock.settle();
    expect(woke).toEqual([400]);
    expect(clock.sleeperCount).toBe(0);
  });

  it('keeps a notification for the next sleep, and for that one only', async () => {
    wakeUp.notify();
    wakeUp.notify();
    sleep(1000);
    await clock.settle();
    expect(woke).toEqual([0]);
    sleep(1000);
    await clock.advance(999);
    expect(woke).toEqual([0]);
  });

  it('does not wake the next sleep with a notification that woke this one', async () => {
    sleep(1000);
    await clock.settle();
    wakeUp.notify();
    await clock.settle();
    sleep(1000);
    await clock.advance(999);
    expect(woke).toEqual([0]);
  });

  it('forgets a notification on reset', async () => {
    wakeUp.notify();
    wakeUp.reset();
    sleep(1000);
    await clock.advance(999);
    expect(woke).toEqual([]);
  });

  it('wakes when the signal aborts, and does not sleep if it has aborted already', async () => {
    const stop = new AbortController();
    sleep(1000, stop.signal);
    await clock.advance(300);
    stop.abort();
    await clock.settle();
    sleep(1000, stop.signal);
    await clock.settle();
    expect(woke).toEqual([300, 300]);
  });
});
