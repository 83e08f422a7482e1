import { beforeEach, expect, it } from 'vitest';
import { readClocks } from '../../../services/core/lease/act-window.ts';
import { GroupHold, type HeldMessage } from '../../../services/core/queue/group-hold.ts';
import { Prolonger } from '../../../services/core/queue/prolonger.ts';
import { queueTimes } from '../../../services/core/queue/queue-times.ts';
import { QueueError, type ReceiptResult } from '../../../services/core/queue/updates-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const times = queueTimes(30_000);
let clock: VirtualClock;
let requests: string[];
let resultOf: (receipt: string) => ReceiptResult | Error;
let ends: string[];
let prolonger: Prolonger;
beforeEach(() => {
  clock = new VirtualClock();
  requests = [];
  ends = [];
  resultOf = () => 'done';
  prolonger = new Prolonger({
    clock,
    times,
    queue: {
      async setVisibility(receipts) {
        requests.push(receipts.join(' '));
        return receipts.map((receipt) => {
          const result = resultOf(receipt);
          if (result instanceof Error) throw result;
          return result;
        });
      },
    },
    onTrouble: () => {},
  });
  void prolonger.run(new AbortController().signal);
});

function hold(...receipts: readonly string[]): GroupHold {
  const held = new GroupHold({
    clock,
    times,
    sentAt: readClocks(clock),
    onOver: (reason) => void ends.push(reason),
  });
  for (const receipt of receipts) {
    held.messages.add({ delivered: { receipt }, hold: held, state: 'waiting' } as HeldMessage);
  }
  prolonger.add(held);
  return held;
}

it('prolongs all messages of a hold in one request, a third of the visibility after the last', async () => {
  hold('a1', 'a2');
  await clock.advance(9900);
  expect(requests).toEqual([]);
  await clock.advance(2100);
  expect(requests).toEqual(['a1 a2']);
});

it('puts small holds into one request, and never tears one', async () => {
  hold('a1', 'a2', 'a3', 'a4', 'a5', 'a6');
  hold('b1', 'b2', 'b3', 'b4', 'b5');
  hold('c1', 'c2');
  await clock.advance(12_000);
  expect(requests).toEqual(['a1 a2 a3 a4 a5 a6', 'b1 b2 b3 b4 b5 c1 c2']);
});

it('lets a hold end at its deadline unless all of it was prolonged', async () => {
  const held = hold('a1', 'a2');
  resultOf = (receipt) => (receipt === 'a2' ? 'failed' : 'done');
  await clock.advance(times.actForMs - 1);
  expect(held.endReason).toBeUndefined();
  await clock.advance(1);
  expect(ends).toEqual(['expired']);
});

it('ends a hold at once whose receipt is gone', async () => {
  hold('a1');
  resultOf = () => 'gone';
  await clock.advance(12_000);
  expect(ends).toEqual(['receipt-gone']);
});

it('does not take a message for lost that is being removed', async () => {
  const [message] = hold('a1', 'a2').messages;
  if (message !== undefined) message.state = 'removing';
  resultOf = (receipt) => (receipt === 'a1' ? 'gone' : 'done');
  await clock.advance(40_000);
  expect(ends).toEqual([]);
});

it('repeats a request that failed until the deadline', async () => {
  hold('a1');
  resultOf = () => new QueueError('set visibility', 'queue', new Error('away'));
  await clock.advance(20_000);
  expect(requests.length).toBeGreaterThan(3);
  resultOf = () => 'done';
  await clock.advance(60_000);
  expect(ends).toEqual([]);
});

it('forgets a hold whose messages have left', async () => {
  hold('a1').messages.clear();
  await clock.advance(60_000);
  expect(requests).toEqual([]);
  expect(ends).toEqual([]);
});
