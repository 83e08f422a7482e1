import { expect, it } from 'vitest';
import { type Order, orderText, readOrder } from './work.ts';

const orders: readonly Order[] = [
  { number: 0, workMs: 20, reply: false, how: undefined },
  { number: 1, workMs: 0, reply: true, how: undefined },
  { number: 2, workMs: 20, reply: false, how: 'burn' },
  { number: 3, workMs: 20, reply: true, how: 'block' },
];

it.each(orders)('reads an order as it was written: %o', (order) => {
  expect(readOrder(orderText(order))).toEqual(order);
});

it.each(['', 'hello', '1', '1 20 later', '1 20 burn reply'])('takes %j for no order', (text) => {
  expect(readOrder(text)).toBeUndefined();
});
