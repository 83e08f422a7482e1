import { beforeEach, expect, it } from 'vitest';
import { longTurnMs, TurnPacer } from '../../../services/core/queue/turn-pacer.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let turns: number;
let pacer: TurnPacer;
beforeEach(() => {
  clock = new VirtualClock();
  turns = 0;
  pacer = new TurnPacer(clock, () => {
    turns += 1;
  });
});

it('lets one handler begin in a turn, and the next one in the next', async () => {
  expect(pacer.untilNextTurn()).toBeUndefined();
  const second = pacer.untilNextTurn();
  expect(second).toBeDefined();
  await clock.advance(0);
  await second;
  expect(turns).toBe(1);
  expect(pacer.untilNextTurn()).toBeUndefined();
});

it('has a backlog only while handlers compute', async () => {
  const begin = (): void => expect(pacer.untilNextTurn()).toBeUndefined();
  begin();
  void pacer.untilNextTurn();
  expect(pacer.backlog).toBe(0);
  clock.pause(longTurnMs);
  await clock.advance(0);
  begin();
  void pacer.untilNextTurn();
  void pacer.untilNextTurn();
  expect(pacer.backlog).toBe(2);
  await clock.advance(0);
  begin();
  void pacer.untilNextTurn();
  expect(pacer.backlog).toBe(0);
});
