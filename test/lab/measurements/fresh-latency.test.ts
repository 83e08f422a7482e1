import { expect, it } from 'vitest';
import { LoadTracker } from '../../../services/lab/load/load-tracker.ts';
import { FreshLatency } from '../../../services/lab/measurements/fresh-latency.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

it('returns no latency if no answer has come for a while', async () => {
  const clock = new VirtualClock();
  const tracker = new LoadTracker({ lastNumberBefore: 0 });
  const latency = new FreshLatency({ clock, counts: () => tracker.counts(clock.monotonicMs()) });
  const answerIn = async (ms: number): Promise<void> => {
    const number = tracker.ask(1, clock.monotonicMs());
    await clock.advance(ms);
    tracker.answer(1, number, clock.monotonicMs());
  };
  expect(latency.read()).toBeNull();
  await answerIn(40);
  expect(latency.read()).toEqual({ p50: 40, p99: 40 });
  await clock.advance(2000);
  expect(latency.read()).toEqual({ p50: 40, p99: 40 });
  await clock.advance(1000);
  expect(latency.read()).toBeNull();
  await answerIn(60);
  expect(latency.read()).toEqual({ p50: 40, p99: 60 });
});
