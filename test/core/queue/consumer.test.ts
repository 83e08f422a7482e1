/** The consumer on a virtual clock, against the lab's model of the queue. The simulator covers what faults do to it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Consumer, type ConsumerOptions } from '../../../services/core/queue/consumer.ts';
import type { DeadUpdate } from '../../../services/core/queue/queue-store.ts';
import { queueTimes } from '../../../services/core/queue/queue-times.ts';
import { QueueError, type ReceivingQueue } from '../../../services/core/queue/updates-queue.ts';
import type { HandleUpdate } from '../../../services/core/updates/update.ts';
import { FifoQueue } from '../../../services/lab/sqs-emulator/fifo-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const visibilityMs = 30_000;
let clock: VirtualClock;
let queue: FifoQueue;
let log: string[];
let stop: AbortController;
/** Attempts that have begun, by update. */
let begun: Map<number, number>;
let countsTakeMs: number;
let storeIsAway: boolean;
let failing: Set<keyof ReceivingQueue>;
let buried: DeadUpdate[];

beforeEach(() => {
  clock = new VirtualClock();
  let tokens = 0;
  queue = new FifoQueue({ clock, token: () => String(++tokens), visibilityMs });
  log = [];
  stop = new AbortController();
  begun = new Map();
  countsTakeMs = 0;
  storeIsAway = false;
  failing = new Set();
  buried = [];
});

function send(id: number, chat = 1, attributes: Readonly<Record<string, string>> = { format: '1' }): void {
  const body = JSON.stringify({ update_id: id, message: { chat: { id: chat } } });
  queue.send({ group: `chat:${chat}`, deduplicationId: `${id}.x`, body, attributes });
}

const port: ReceivingQueue = {
  async receive(request) {
    fails('receive');
    const messages = await queue.receive(request);
    return messages.map((message) => ({ ...message, receipt: message.receipt ?? '' }));
  },
  async remove(receipts) {
    fails('remove');
    return receipts.map((receipt) => queue.remove(receipt));
  },
  async setVisibility(receipts, ms) {
    fails('setVisibility');
    log.push(`visibility of ${receipts.length}: ${ms}`);
    return receipts.map((receipt) => queue.setVisibility(receipt, ms));
  },
};

function fails(operation: keyof ReceivingQueue): void {
  if (failing.has(operation)) throw new QueueError(operation, 'queue', new Error('away'));
}

function start(handle: HandleUpdate, options: Partial<ConsumerOptions> = {}) {
  const consumer = new Consumer(
    {
      clock,
      random: { unit: () => 0.5, token: () => 'token' },
      queue: port,
      attempts: {
        async next(id) {
          if (storeIsAway) throw new Error('the store is away');
          return begunOf(id) + 1;
        },
        async count(id) {
          if (countsTakeMs > 0) await clock.sleep(countsTakeMs);
          if (storeIsAway) throw new Error('the store is away');
          const number = begunOf(id) + 1;
          begun.set(Number.parseInt(id, 10), number);
          return number;
        },
      },
      dead: { bury: async (letter) => void buried.push(letter) },
      handle,
      observer: {
        onReceived: () => {},
        onLost: (reason) => void log.push(`lost: ${reason}`),
        onDeadLetter: ({ update }) => void log.push(`dead ${update.update_id}`),
        onEnd: () => {},
        onOverdue: () => {},
        onTrouble: () => {},
      },
      slots: 100,
      times: queueTimes(visibilityMs),
      drainTimeoutMs: 20_000,
      ...options,
    },
    stop.signal,
  );
  const running = { consumer, hasEnded: false };
  void consumer.run().then(() => {
    running.hasEnded = true;
  });
  return running;
}

const begunOf = (id: string): number => begun.get(Number.parseInt(id, 10)) ?? 1;

/** Takes so long, and says when it begins and ends. */
const handler =
  (tookMs: number): HandleUpdate =>
  async ({ update_id }, { attempt }) => {
    log.push(`${update_id} begins ${attempt}`);
    await clock.sleep(tookMs);
    log.push(`${update_id} ends`);
  };

/** Delivers and forgets, as a consumer does that was killed. */
async function deliverInVain(times = 1): Promise<void> {
  for (let time = 0; time < times; time++) {
    await queue.receive({ countMax: 10, waitMs: 0 });
    await clock.advance(visibilityMs);
  }
}

describe('a consumer', () => {
  it('handles the updates of a chat in order, and chats side by side, and removes what has ended', async () => {
    send(1);
    send(2);
    send(3, 7);
    start(handler(100));
    await clock.advance(1000);
    expect(log).toEqual(['1 begins 1', '3 begins 1', '1 ends', '3 ends', '2 begins 1', '2 ends']);
    expect(queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it('removes an update whose handler threw: it has had its turn', async () => {
    send(1);
    start(() => Promise.reject(new Error('broken')));
    await clock.advance(1000);
    expect(queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it('begins no more handlers than it has slots', async () => {
    for (let chat = 1; chat <= 30; chat++) send(chat, chat);
    start(handler(1000), { slots: 4 });
    await clock.advance(900);
    expect(log).toHaveLength(4);
    await clock.advance(60_000);
    expect(log).toHaveLength(60);
  });

  it('prolongs what a slow handler holds, with all that waits behind it, and keeps it', async () => {
    send(1);
    send(2);
    start(handler(95_000));
    await clock.advance(80_000);
    expect(log.filter((line) => line === `visibility of 2: ${visibilityMs}`).length).toBeGreaterThan(4);
    expect(queue.depth()).toMatchObject({ visible: 0, inFlight: 2 });
    await clock.advance(120_000);
    expect(log.filter((line) => / (begins|ends)/.test(line))).toEqual([
      '1 begins 1',
      '1 ends',
      '2 begins 1',
      '2 ends',
    ]);
  });

  it('begins the next of a chat only when the removal is confirmed', async () => {
    send(1);
    send(2);
    failing.add('remove');
    start(handler(0));
    await clock.advance(5000);
    expect(log).toEqual(['1 begins 1', '1 ends']);
    failing.clear();
    await clock.advance(5000);
    expect(log).toContain('2 ends');
  });

  it('neither acts nor removes once its time is over, and begins nothing of that receive', async () => {
    send(1);
    send(2);
    failing.add('setVisibility');
    let mayActAtEnd: boolean | undefined;
    start(async (_update, { permit }) => {
      await clock.sleep(40_000);
      mayActAtEnd ??= permit.mayAct();
    });
    await clock.advance(27_000);
    expect(log).toEqual(['lost: expired']);
    failing.clear();
    await clock.advance(14_000);
    expect(mayActAtEnd).toBe(false);
    expect(queue.depth()).toMatchObject({ visible: 0, inFlight: 2 });
  });

  it('goes on after receives that failed', async () => {
    failing.add('receive');
    start(handler(0));
    await clock.advance(10_000);
    failing.clear();
    send(1);
    await clock.advance(5000);
    expect(log).toContain('1 ends');
  });

  it('knows how long updates waited', async () => {
    send(1);
    await clock.advance(4000);
    const { consumer } = start(handler(50_000));
    await clock.advance(1000);
    expect(consumer.takeLagMs()).toBe(4000);
    expect(consumer.takeLagMs()).toBe(0);
    send(2);
    await clock.advance(1000);
    expect(consumer.heldCount).toBe(1);
    expect(consumer.runningCount).toBe(1);
  });
});

describe('an update that was delivered before', () => {
  it('begins as the attempt that the store counts', async () => {
    send(1);
    await deliverInVain();
    start(handler(0));
    await clock.advance(1000);
    expect(log).toEqual(['1 begins 2', '1 ends']);
  });

  it('waits, and is prolonged, while the store is away', async () => {
    send(1);
    await deliverInVain();
    storeIsAway = true;
    start(handler(0));
    await clock.advance(70_000);
    expect(log.filter((line) => line.includes('begins'))).toEqual([]);
    expect(queue.depth()).toMatchObject({ inFlight: 1 });
    storeIsAway = false;
    await clock.advance(3000);
    expect(log).toContain('1 begins 2');
  });

  it('has its second attempt beside no other second one, while first ones go on', async () => {
    send(1, 1);
    send(2, 2);
    await deliverInVain();
    start(handler(1000));
    await clock.advance(100);
    send(3, 3);
    await clock.advance(1000);
    expect(log).toEqual(['1 begins 2', '3 begins 1', '1 ends', '2 begins 2', '3 ends']);
  });

  it('waits for others no longer than five seconds', async () => {
    send(1, 1);
    send(2, 2);
    await deliverInVain();
    start(handler(60_000));
    await clock.advance(4900);
    expect(log).toEqual(['1 begins 2']);
    await clock.advance(200);
    expect(log).toContain('2 begins 2');
  });

  it('holds up no first attempt while the store cannot count its third', async () => {
    send(1, 1);
    await deliverInVain(2);
    begun.set(1, 2);
    storeIsAway = true;
    start(handler(0));
    await clock.advance(5000);
    send(2, 2);
    await clock.advance(100);
    expect(log).toEqual(['2 begins 1', '2 ends']);
  });

  it('lets nothing in alone beside one that is being counted', async () => {
    send(1, 1);
    send(2, 2);
    const [first, second] = await queue.receive({ countMax: 10, waitMs: 0 });
    queue.setVisibility(first?.receipt ?? '', 0);
    queue.setVisibility(second?.receipt ?? '', 200);
    begun.set(2, 2);
    countsTakeMs = 500;
    start(handler(1000));
    await clock.advance(4000);
    expect(log).toEqual(['1 begins 2', '1 ends', '2 begins 3', '2 ends']);
  });

  it('begins when a stop comes while its attempt is counted, and is not given back', async () => {
    send(1);
    await deliverInVain();
    countsTakeMs = 500;
    const running = start(handler(1000));
    await clock.advance(100);
    stop.abort();
    await clock.advance(12_000);
    expect(log).toEqual(['1 begins 2', '1 ends']);
    expect(queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
    expect(running.hasEnded).toBe(true);
  });

  it('goes back at once if the store did not count it when a stop came', async () => {
    send(1);
    await deliverInVain();
    countsTakeMs = 500;
    start(handler(1000));
    await clock.advance(100);
    stop.abort();
    storeIsAway = true;
    await clock.advance(500);
    expect(queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
    expect(begun.has(1)).toBe(false);
  });

  it('has its third attempt alone', async () => {
    send(1, 1);
    await deliverInVain(2);
    begun.set(1, 2);
    send(2, 2);
    start(handler(1000));
    await clock.advance(100);
    send(3, 3);
    await clock.advance(10_000);
    const beginsAlone = log.indexOf('1 begins 3');
    expect(log.slice(beginsAlone, beginsAlone + 2)).toEqual(['1 begins 3', '1 ends']);
    expect(log.filter((line) => line.includes('ends'))).toHaveLength(3);
  });

  it('is not counted while it waits for its turn to be alone', async () => {
    send(1, 1);
    send(2, 2);
    await deliverInVain(2);
    begun.set(1, 2).set(2, 2);
    start(handler(5000));
    await clock.advance(1000);
    expect(log).toEqual(['1 begins 3']);
    expect(begun.get(2)).toBe(2);
  });

  it('becomes a dead letter instead of a fourth, and its chat goes on', async () => {
    send(1);
    await deliverInVain(3);
    begun.set(1, 3);
    start(handler(0));
    send(2);
    await clock.advance(5000);
    expect(buried).toMatchObject([{ id: '1', attempts: 3, retries: 1 }]);
    expect(log).toEqual(['dead 1', '2 begins 1', '2 ends']);
    expect(queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });
});

describe('a message that this version cannot read', () => {
  it.each([
    ['of a newer format', { format: '2' }],
    ['of no format', {}],
  ])('%s becomes a dead letter as it is, and its chat goes on', async (_name, attributes) => {
    send(1, 1, attributes as Readonly<Record<string, string>>);
    send(2);
    start(handler(0));
    await clock.advance(5000);
    expect(buried).toMatchObject([
      { id: '1', attempts: 0, content: expect.stringContaining('"update_id":1') },
    ]);
    expect(log).toEqual(['dead 1', '2 begins 1', '2 ends']);
  });
});

describe('a stop', () => {
  it('gives back at once what has not begun, and waits for what runs', async () => {
    send(1);
    send(2);
    const running = start(handler(8000));
    await clock.advance(1000);
    stop.abort();
    await clock.advance(100);
    expect(log).toEqual(['1 begins 1', 'visibility of 1: 0']);
    expect(running.hasEnded).toBe(false);
    await clock.advance(10_000);
    expect(running.hasEnded).toBe(true);
    expect(queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it('gives back what a receive brings that was under way', async () => {
    const running = start(handler(0));
    await clock.advance(1000);
    stop.abort();
    await clock.advance(1000);
    send(1);
    await clock.advance(100);
    expect(queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
    expect(running.hasEnded).toBe(true);
  });

  it('ends after the drain time, whatever still runs', async () => {
    send(1);
    const running = start(handler(500_000));
    await clock.advance(1000);
    stop.abort();
    await clock.advance(20_001);
    expect(running.hasEnded).toBe(true);
  });
});
