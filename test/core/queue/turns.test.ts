import { beforeEach, expect, it } from 'vitest';
import { Turns, turnWaitMaxMs } from '../../../services/core/queue/turns.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let turns: Turns;
const { signal } = new AbortController();
beforeEach(() => {
  clock = new VirtualClock();
  turns = new Turns(clock);
});

/** Asks for a turn; `end` is there once it has begun. */
function take(until: AbortSignal = signal): { end?: () => void } {
  const turn: { end?: () => void } = {};
  void turns.take(until).then((end) => {
    turn.end = end;
  });
  return turn;
}

it('gives one turn after another, in the order of asking', async () => {
  const [first, second, third] = [take(), take(), take()];
  await clock.advance(0);
  expect([first.end, second.end, third.end]).toEqual([expect.any(Function), undefined, undefined]);
  first.end?.();
  first.end?.();
  await clock.advance(0);
  expect([second.end, third.end]).toEqual([expect.any(Function), undefined]);
});

it('lets nobody wait longer than the limit', async () => {
  const [first, second] = [take(), take()];
  await clock.advance(turnWaitMaxMs);
  expect(second.end).toBeDefined();
  // Whoever comes later waits for both.
  const third = take();
  second.end?.();
  await clock.advance(100);
  expect(third.end).toBeUndefined();
  first.end?.();
  await clock.advance(0);
  expect(third.end).toBeDefined();
});

it('ends the wait of whoever has lost interest, and those behind still wait for the turn', async () => {
  const lost = new AbortController();
  const [first, second, third] = [take(), take(lost.signal), take()];
  await clock.advance(0);
  lost.abort('lost');
  await clock.advance(0);
  second.end?.();
  await clock.advance(0);
  expect(third.end).toBeUndefined();
  first.end?.();
  await clock.advance(0);
  expect(third.end).toBeDefined();
});
