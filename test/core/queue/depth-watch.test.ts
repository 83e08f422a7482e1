import { expect, it } from 'vitest';
import { DepthWatch, depthEveryMs } from '../../../services/core/queue/depth-watch.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

it('holds fetching at the limit, and goes on at nine tenths of it', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  let depth: number | Error = 0;
  const told: (string | boolean)[] = [];
  const watch = new DepthWatch({
    clock,
    depthMax: 100,
    queue: {
      async depth() {
        if (depth instanceof Error) throw depth;
        return { visible: depth - 10, inFlight: 10 };
      },
    },
    observer: {
      onDepth: () => {},
      onFull: (isFull) => void told.push(isFull),
      onTrouble: () => void told.push('trouble'),
    },
  });
  void watch.run(stop.signal);
  const after = async (next: number | Error): Promise<boolean> => {
    depth = next;
    await clock.advance(depthEveryMs);
    return watch.isFull;
  };
  expect(await after(99)).toBe(false);
  expect(await after(100)).toBe(true);
  expect(await after(95)).toBe(true);
  expect(await after(new Error('away'))).toBe(true);
  expect(await after(89)).toBe(false);
  expect(told).toEqual([true, 'trouble', false]);
  stop.abort();
  expect(await clock.runUntilIdle(1)).toBe(true);
});
