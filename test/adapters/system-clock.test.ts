import { describe, expect, it } from 'vitest';
import { systemClock } from '../../services/adapters/system-clock.ts';

const hourMs = 3_600_000;

/** Whether the promise has settled once everything that is ready has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  const turn = systemClock.sleep(0).then(() => systemClock.sleep(0));
  return Promise.race([promise.then(() => true), turn.then(() => false)]);
}

describe('the system clock', () => {
  it('never goes back and shows the time of day', () => {
    const first = systemClock.monotonicMs();
    expect(systemClock.monotonicMs()).toBeGreaterThanOrEqual(first);
    expect(systemClock.wallMs()).toBeGreaterThan(Date.UTC(2024, 0, 1));
  });

  it('does not sleep when the signal is aborted already', async () => {
    await systemClock.sleep(hourMs, AbortSignal.abort());
  });

  it('wakes when the signal aborts', async () => {
    const stop = new AbortController();
    const asleep = systemClock.sleep(hourMs, stop.signal);
    expect(await isSettled(asleep)).toBe(false);
    stop.abort();
    await asleep;
  });

  it('yields to other work for a delay of 0', async () => {
    let ran = false;
    void Promise.resolve().then(() => {
      ran = true;
    });
    await systemClock.sleep(0);
    expect(ran).toBe(true);
  });

  it('sleeps through a delay that Node’s timers cannot hold', async () => {
    const stop = new AbortController();
    const asleep = systemClock.sleep(2 ** 40, stop.signal);
    await systemClock.sleep(5);
    expect(await isSettled(asleep)).toBe(false);
    stop.abort();
    await asleep;
  });
});
