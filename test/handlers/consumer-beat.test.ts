import { expect, it } from 'vitest';
import type { ConsumerBeat } from '../../services/core/queue/queue-store.ts';
import { beat } from '../../services/handlers/consumer-beat.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

it('beats at every interval, whatever the store does, and takes its beat along when it stops', async () => {
  const clock = new VirtualClock();
  const stop = new AbortController();
  const written: ConsumerBeat[] = [];
  const removed: string[] = [];
  const lags: number[] = [];
  let isAway = false;
  let troubles = 0;
  let lagMs = 0;
  const ended = beat(
    {
      clock,
      beats: {
        async write(one) {
          if (isAway) throw new Error('away');
          written.push(one);
        },
        remove: async (consumer) => void removed.push(consumer),
      },
      consumer: 'host:1',
      version: '1.2.3',
      intervalMs: 20_000,
      counts: { runningCount: 2, heldCount: 5 },
      takeLagMs: () => (lagMs += 100),
      onLag: (ms) => void lags.push(ms),
      onTrouble: () => void troubles++,
    },
    stop.signal,
  );
  await clock.advance(1);
  isAway = true;
  await clock.advance(20_000);
  isAway = false;
  await clock.advance(20_000);
  expect(written).toEqual([
    { consumer: 'host:1', version: '1.2.3', lagMs: 100, running: 2, held: 5 },
    { consumer: 'host:1', version: '1.2.3', lagMs: 300, running: 2, held: 5 },
  ]);
  expect([lags, troubles, removed]).toEqual([[100, 200, 300], 1, []]);
  stop.abort();
  await clock.advance(0);
  await ended;
  expect(removed).toEqual(['host:1']);
});
