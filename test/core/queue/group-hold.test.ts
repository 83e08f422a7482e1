import { beforeEach, expect, it } from 'vitest';
import { readClocks } from '../../../services/core/lease/act-window.ts';
import { GroupHold } from '../../../services/core/queue/group-hold.ts';
import { queueTimes } from '../../../services/core/queue/queue-times.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = queueTimes(30_000);
let clock: VirtualClock;
let hold: GroupHold;
let ends: string[];
beforeEach(async () => {
  clock = new VirtualClock();
  ends = [];
  const sentAt = readClocks(clock);
  await clock.advance(5000);
  hold = new GroupHold({ clock, times, sentAt, onOver: (reason) => void ends.push(reason) });
});

it('may act for the visibility less drift and margin, from before its receive was sent', async () => {
  await clock.advance(times.actForMs - 5001);
  expect(hold.mayAct()).toBe(true);
  await clock.advance(1);
  expect(hold.mayAct()).toBe(false);
  expect(hold.overSignal.aborted).toBe(true);
  expect(ends).toEqual(['expired']);
});

it('counts a prolongation from before it was sent', async () => {
  const sentAt = readClocks(clock);
  await clock.advance(4000);
  hold.prolonged(sentAt);
  expect(hold.deadlineMs).toBe(5000 + times.actForMs);
});

it('is not revived by an answer that came too late', async () => {
  const sentAt = readClocks(clock);
  clock.pause(times.actForMs);
  hold.prolonged(sentAt);
  expect(hold.mayAct()).toBe(false);
});

it('knows after a pause, before any timer fires, and after a suspended machine', () => {
  clock.stepWall(times.marginMs + 1);
  expect(hold.mayAct()).toBe(false);
  expect(ends).toEqual(['clock-jumped']);
});

it('ends once', () => {
  hold.end('receipt-gone');
  hold.end('expired');
  expect(ends).toEqual(['receipt-gone']);
  expect(hold.mayAct()).toBe(false);
});
