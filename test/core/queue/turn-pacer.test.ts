import { beforeEach, expect, it } from 'vitest';
import { TurnPacer, turnMaxMs } from '../../../services/core/queue/turn-pacer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let pacer: TurnPacer;
beforeEach(() => {
  clock = new VirtualClock();
  pacer = new TurnPacer(clock);
});

it('lets handlers that compute nothing begin in one turn', () => {
  for (let begun = 0; begun < 100; begun++) expect(pacer.untilNextTurn()).toBeUndefined();
  expect(pacer.waitingCount).toBe(0);
});

it('lets the next one wait for a later turn once they have computed long enough', async () => {
  expect(pacer.untilNextTurn()).toBeUndefined();
  clock.pause(turnMaxMs);
  const [second, third] = [pacer.untilNextTurn(), pacer.untilNextTurn()];
  expect(pacer.waitingCount).toBe(2);
  await clock.advance(0);
  await second;
  expect(pacer.untilNextTurn()).toBeUndefined();
  clock.pause(turnMaxMs);
  await third;
  expect(pacer.untilNextTurn()).toBeDefined();
  expect(pacer.waitingCount).toBe(1);
});
