import { expect, it } from 'vitest';
import { isOne, unexpected } from '../../../services/adapters/redis/script-replies.ts';

it('reads 1 as true and 0 as false', () => {
  expect([isOne(1), isOne(0)]).toEqual([true, false]);
});

it.each([2, -1, '1', null, [1]])('refuses %j', (reply) => {
  expect(() => isOne(reply)).toThrow(unexpected(reply));
});
