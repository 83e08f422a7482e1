import { expect, it } from 'vitest';
import { readClocks, windowEnd, windowTimes } from '../../../services/core/lease/act-window.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = windowTimes(30_000);

it('leaves drift and margin of what was granted', () => {
  expect(times).toEqual({ marginMs: 3000, actForMs: 26_700 });
});

it('ends by the time since the request was sent', async () => {
  const clock = new VirtualClock();
  const sentAt = readClocks(clock);
  await clock.advance(26_699);
  expect(windowEnd(clock, sentAt, times)).toBeUndefined();
  await clock.advance(1);
  expect(windowEnd(clock, sentAt, times)).toBe('expired');
});

it.each([
  ['by the margin', 3000, undefined],
  ['by more than the margin', 3001, 'clock-jumped'],
  ['back', -100_000, undefined],
])('when the wall clock alone steps %s', (_name, stepMs, expected) => {
  const clock = new VirtualClock();
  const sentAt = readClocks(clock);
  clock.stepWall(stepMs);
  expect(windowEnd(clock, sentAt, times)).toBe(expected);
});
