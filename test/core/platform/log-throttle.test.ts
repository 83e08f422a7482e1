import { expect, it } from 'vitest';
import { LogThrottle } from '../../../services/core/platform/log-throttle.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

it('lets each trouble through once in five seconds', async () => {
  const clock = new VirtualClock();
  const throttle = new LogThrottle(clock);
  expect([throttle.mayLog('a'), throttle.mayLog('a'), throttle.mayLog('b')]).toEqual([true, false, true]);
  await clock.advance(4999);
  expect(throttle.mayLog('a')).toBe(false);
  await clock.advance(1);
  expect(throttle.mayLog('a')).toBe(true);
});
