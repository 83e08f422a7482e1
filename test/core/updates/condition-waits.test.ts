import { beforeEach, expect, it } from 'vitest';
import { ConditionWaits } from '../../../services/core/updates/condition-waits.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let waits: ConditionWaits;
let abort: AbortController;
let isMet: boolean;
let endedAtMs: number | undefined;
beforeEach(() => {
  clock = new VirtualClock();
  waits = new ConditionWaits(clock);
  abort = new AbortController();
  isMet = false;
  endedAtMs = undefined;
});

function wait(): void {
  void waits
    .until(() => isMet, { timeoutMs: 1000, signal: abort.signal })
    .then(() => {
      endedAtMs = clock.monotonicMs();
    });
}

it('ends at once when the condition is met already', async () => {
  isMet = true;
  wait();
  await clock.settle();
  expect(endedAtMs).toBe(0);
});

it('ends when a check finds the condition met, and not at an earlier one', async () => {
  wait();
  await clock.advance(100);
  waits.check();
  await clock.advance(100);
  expect(endedAtMs).toBeUndefined();
  isMet = true;
  waits.check();
  await clock.settle();
  expect([endedAtMs, clock.sleeperCount]).toEqual([200, 0]);
});

it('ends at its timeout', async () => {
  wait();
  await clock.advance(2000);
  expect(endedAtMs).toBe(1000);
});

it('ends when its signal aborts', async () => {
  wait();
  await clock.advance(300);
  abort.abort();
  await clock.settle();
  expect(endedAtMs).toBe(300);
});

it('leaves no sleeper and no waiter behind', async () => {
  let checks = 0;
  const condition = (): boolean => {
    checks += 1;
    return false;
  };
  void waits.until(condition, { timeoutMs: 1000, signal: abort.signal });
  abort.abort();
  await clock.settle();
  waits.check();
  expect([checks, clock.sleeperCount]).toEqual([1, 0]);
});
