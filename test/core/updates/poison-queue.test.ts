import { expect, it } from 'vitest';
import { PoisonQueue } from '../../../services/core/updates/poison-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

it('lets suspects in one at a time, in the order in which they came', async () => {
  const clock = new VirtualClock();
  const queue = new PoisonQueue();
  const log: string[] = [];
  const run = async (name: string, tookMs: number): Promise<void> => {
    const release = await queue.acquire();
    log.push(`${name} in`);
    await clock.sleep(tookMs);
    log.push(`${name} out`);
    release();
  };
  void run('a', 300);
  void run('b', 0);
  void run('c', 0);
  await clock.advance(1000);
  expect(log).toEqual(['a in', 'a out', 'b in', 'b out', 'c in', 'c out']);
});

it('lets only one more in when a suspect is released twice', async () => {
  const clock = new VirtualClock();
  const queue = new PoisonQueue();
  const release = await queue.acquire();
  let entered = 0;
  for (let i = 0; i < 2; i++) void queue.acquire().then(() => entered++);
  release();
  release();
  await clock.settle();
  expect(entered).toBe(1);
});
