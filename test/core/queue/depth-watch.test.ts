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
    deadLetters: async () => undefined,
    observer: {
      onDepth: () => {},
      onDeadLetters: () => void told.push('dead letters'),
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

it('tells once a minute what the dead-letter queue holds', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  let held: number | Error = 2;
  const told: (string | number)[] = [];
  const watch = new DepthWatch({
    clock,
    depthMax: 100,
    queue: { depth: async () => ({ visible: 0, inFlight: 0 }) },
    async deadLetters() {
      if (held instanceof Error) throw held;
      return held;
    },
    observer: {
      onDepth: () => {},
      onDeadLetters: (messages) => void told.push(messages),
      onFull: () => {},
      onTrouble: (what) => void told.push(what),
    },
  });
  void watch.run(stop.signal);
  await clock.advance(59_000);
  expect(told).toEqual([2]);
  held = new Error('away');
  await clock.advance(2000);
  expect(told).toEqual([2, 'read the depth of the dead-letter queue']);
  stop.abort();
  expect(await clock.runUntilIdle(1)).toBe(true);
});
