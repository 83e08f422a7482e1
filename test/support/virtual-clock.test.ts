import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

describe('the virtual clock', () => {
  it('wakes sleepers by due time, then in the order in which they went to sleep', async () => {
    const clock = new VirtualClock();
    const woken: string[] = [];
    const sleep = (name: string, ms: number): void =>
      void clock.sleep(ms).then(() => woken.push(`${name}@${clock.monotonicMs()}`));
    sleep('late', 20);
    sleep('first', 10);
    sleep('second', 10);
    await clock.advance(15);
    expect(woken).toEqual(['first@10', 'second@10']);
    expect(clock.monotonicMs()).toBe(15);
    await clock.advance(100);
    expect(woken.at(-1)).toBe('late@20');
  });

  it('wakes a sleeper again that went back to sleep on the way', async () => {
    const clock = new VirtualClock();
    const ticks: number[] = [];
    const loop = async (): Promise<void> => {
      while (ticks.length < 4) {
        await clock.sleep(10);
        ticks.push(clock.monotonicMs());
      }
    };
    void loop();
    await clock.advance(25);
    expect(ticks).toEqual([10, 20]);
    expect(await clock.runUntilIdle()).toBe(true);
    expect(ticks).toEqual([10, 20, 30, 40]);
    expect(clock.monotonicMs()).toBe(40);
  });

  it('stops at its limit', async () => {
    const clock = new VirtualClock();
    void clock.sleep(1000);
    expect(await clock.runUntilIdle(999)).toBe(false);
    expect(clock.nextWakeMs).toBe(1000);
  });

  it('wakes nobody during a pause, and then late', async () => {
    const clock = new VirtualClock();
    const woken: number[] = [];
    void clock.sleep(10).then(() => woken.push(clock.monotonicMs()));
    clock.pause(1000);
    await Promise.resolve();
    expect(woken).toEqual([]);
    await clock.advance(0);
    expect(woken).toEqual([1000]);
  });

  it('ends a sleep at once when its signal aborts', async () => {
    const clock = new VirtualClock();
    const abort = new AbortController();
    const sleep = clock.sleep(1000, abort.signal);
    abort.abort();
    await sleep;
    await clock.sleep(1000, abort.signal);
    expect([clock.monotonicMs(), clock.sleeperCount]).toEqual([0, 0]);
  });

  it('steps the wall clock without the monotonic one', () => {
    const clock = new VirtualClock({ wallMs: 5000 });
    clock.stepWall(-1000);
    expect([clock.wallMs(), clock.monotonicMs()]).toEqual([4000, 0]);
  });
});
