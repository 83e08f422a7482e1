import { expect, it } from 'vitest';
import { memoizeAsync } from '../../../services/core/platform/memoize-async.ts';

it('builds once, even for simultaneous calls', async () => {
  let built = 0;
  const get = memoizeAsync(async () => ++built);
  expect(built).toBe(0);
  expect(await Promise.all([get(), get()])).toEqual([1, 1]);
  expect(await get()).toBe(1);
});

it('builds again after a failed build', async () => {
  let tries = 0;
  const get = memoizeAsync(async () => {
    tries += 1;
    if (tries === 1) throw new Error('not yet');
    return tries;
  });
  await expect(get()).rejects.toThrow('not yet');
  expect(await get()).toBe(2);
  expect(await get()).toBe(2);
});
