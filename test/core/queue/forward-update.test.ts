import { beforeEach, expect, it } from 'vitest';
import { TermOverError } from '../../../services/core/lease/errors.ts';
import { forwardUpdate } from '../../../services/core/queue/forward-update.ts';
import type { DeadUpdate } from '../../../services/core/queue/queue-store.ts';
import type { SendFailure } from '../../../services/core/queue/updates-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

let clock: VirtualClock;
let result: 'sent' | SendFailure;
let storeIsAway: boolean;
let mayAct: boolean;
let buried: DeadUpdate[];
let refused: number[];
beforeEach(() => {
  clock = new VirtualClock();
  result = 'sent';
  storeIsAway = false;
  mayAct = true;
  buried = [];
  refused = [];
});

const tooLarge: SendFailure = { fault: 'message', error: new Error('too large') };

function forward(): Promise<void> {
  const handle = forwardUpdate({
    clock,
    random: { unit: () => 0, token: () => '' },
    sender: { send: async () => result },
    dead: {
      async bury(letter) {
        if (storeIsAway) throw new Error('the store is away');
        buried.push(letter);
      },
    },
    epoch: () => 4,
    observer: { onRefused: ({ update_id }) => void refused.push(update_id), onTrouble: () => {} },
  });
  const { signal } = new AbortController();
  const permit = { mayAct: () => mayAct, overSignal: signal };
  return handle({ update_id: 9, text: 'hi' }, { attempt: 1, signal, permit });
}

it('ends when the queue has the update', async () => {
  await forward();
  expect(buried).toEqual([]);
});

it('keeps what the queue will never accept as a dead letter, and goes on', async () => {
  result = tooLarge;
  await forward();
  expect(buried).toEqual([
    { id: '9', attempts: 0, epoch: 4, retries: 0, content: '{"update_id":9,"text":"hi"}' },
  ]);
  expect(refused).toEqual([9]);
});

it('waits for the store, which must hold it first', async () => {
  result = tooLarge;
  storeIsAway = true;
  let hasEnded = false;
  void forward().then(() => {
    hasEnded = true;
  });
  await clock.advance(10_000);
  expect(hasEnded).toBe(false);
  storeIsAway = false;
  await clock.advance(2000);
  expect(hasEnded).toBe(true);
});

it('leaves it unsettled when the permit ends first', async () => {
  result = tooLarge;
  mayAct = false;
  await expect(forward()).rejects.toThrow(TermOverError);
});
