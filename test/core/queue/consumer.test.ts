/** The consumer on a virtual clock, against the lab's model of the queue. The simulator covers what faults do to it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { ConsumerFixture, visibilityMs } from '../../support/consumer-fixture.ts';

let fixture: ConsumerFixture;
beforeEach(() => {
  fixture = new ConsumerFixture();
});

describe('a consumer', () => {
  it('handles the updates of a chat in order, and chats side by side, and removes what has ended', async () => {
    fixture.send(1);
    fixture.send(2);
    fixture.send(3, 7);
    fixture.start(fixture.handler(100));
    await fixture.clock.advance(1000);
    expect(fixture.log).toEqual(['1 begins 1', '3 begins 1', '1 ends', '3 ends', '2 begins 1', '2 ends']);
    expect(fixture.queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it('removes an update whose handler threw: it has had its turn', async () => {
    fixture.send(1);
    fixture.start(() => Promise.reject(new Error('broken')));
    await fixture.clock.advance(1000);
    expect(fixture.queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
  });

  it('begins no more handlers than it has slots', async () => {
    for (let chat = 1; chat <= 30; chat++) fixture.send(chat, chat);
    fixture.start(fixture.handler(1000), { slots: 4 });
    await fixture.clock.advance(900);
    expect(fixture.log).toHaveLength(4);
    await fixture.clock.advance(60_000);
    expect(fixture.log).toHaveLength(60);
  });

  it('prolongs what a slow handler holds, with all that waits behind it, and keeps it', async () => {
    fixture.send(1);
    fixture.send(2);
    fixture.start(fixture.handler(95_000));
    await fixture.clock.advance(80_000);
    expect(fixture.log.filter((line) => line === `visibility of 2: ${visibilityMs}`).length).toBeGreaterThan(
      4,
    );
    expect(fixture.queue.depth()).toMatchObject({ visible: 0, inFlight: 2 });
    await fixture.clock.advance(120_000);
    expect(fixture.log.filter((line) => / (begins|ends)/.test(line))).toEqual([
      '1 begins 1',
      '1 ends',
      '2 begins 1',
      '2 ends',
    ]);
  });

  it('begins the next of a chat only when the removal is confirmed', async () => {
    fixture.send(1);
    fixture.send(2);
    fixture.failing.add('remove');
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(5000);
    expect(fixture.log).toEqual(['1 begins 1', '1 ends']);
    fixture.failing.clear();
    await fixture.clock.advance(5000);
    expect(fixture.log).toContain('2 ends');
  });

  it('neither acts nor removes once its time is over, and begins nothing of that receive', async () => {
    fixture.send(1);
    fixture.send(2);
    fixture.failing.add('setVisibility');
    let mayActAtEnd: boolean | undefined;
    fixture.start(async (_update, { permit }) => {
      await fixture.clock.sleep(40_000);
      mayActAtEnd ??= permit.mayAct();
    });
    await fixture.clock.advance(27_000);
    expect(fixture.log).toEqual(['lost: expired']);
    fixture.failing.clear();
    await fixture.clock.advance(14_000);
    expect(mayActAtEnd).toBe(false);
    expect(fixture.queue.depth()).toMatchObject({ visible: 0, inFlight: 2 });
  });

  it('goes on prolonging between handlers that compute, and leaves to others what it has no time for', async () => {
    for (let chat = 1; chat <= 30; chat++) fixture.send(chat, chat);
    const leftInQueue: number[] = [];
    fixture.start(async ({ update_id }) => {
      // As in Telegraf, what computes comes after some steps.
      for (let step = 0; step < 10; step++) await Promise.resolve();
      leftInQueue.push(fixture.queue.depth().visible);
      fixture.clock.pause(5000);
      fixture.log.push(`${update_id} ends`);
    });
    await fixture.clock.advance(400_000);
    expect(fixture.log.filter((line) => line.endsWith(' ends'))).toHaveLength(30);
    expect(fixture.log.filter((line) => line.startsWith('lost'))).toEqual([]);
    expect(leftInQueue.slice(0, 5)).toEqual([20, 20, 20, 20, 20]);
    // Ten at first, when nothing says yet that they compute; then a few whenever only a few are left.
    const [first, ...later] = leftInQueue.map((left, index) => (leftInQueue[index - 1] ?? 30) - left);
    expect(first).toBe(10);
    expect(Math.max(...later)).toBe(5);
  });

  it('goes on after receives that failed', async () => {
    fixture.failing.add('receive');
    fixture.start(fixture.handler(0));
    await fixture.clock.advance(10_000);
    fixture.failing.clear();
    fixture.send(1);
    await fixture.clock.advance(5000);
    expect(fixture.log).toContain('1 ends');
  });

  it('knows how long updates waited', async () => {
    fixture.send(1);
    await fixture.clock.advance(4000);
    const { consumer } = fixture.start(fixture.handler(50_000));
    await fixture.clock.advance(1000);
    expect(consumer.takeLagMs()).toBe(4000);
    expect(consumer.takeLagMs()).toBe(0);
    fixture.send(2);
    await fixture.clock.advance(1000);
    expect(consumer.heldCount).toBe(1);
    expect(consumer.runningCount).toBe(1);
  });
});

describe('a stop', () => {
  it('gives back at once what has not begun, and waits for what runs', async () => {
    fixture.send(1);
    fixture.send(2);
    const running = fixture.start(fixture.handler(8000));
    await fixture.clock.advance(1000);
    fixture.stop.abort();
    await fixture.clock.advance(100);
    expect(fixture.log).toEqual(['1 begins 1', 'visibility of 1: 0']);
    expect(running.hasEnded).toBe(false);
    await fixture.clock.advance(10_000);
    expect(running.hasEnded).toBe(true);
    expect(fixture.queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
  });

  it('gives back what a receive brings that was under way', async () => {
    const running = fixture.start(fixture.handler(0));
    await fixture.clock.advance(1000);
    fixture.stop.abort();
    await fixture.clock.advance(1000);
    fixture.send(1);
    await fixture.clock.advance(100);
    expect(fixture.queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
    expect(running.hasEnded).toBe(true);
  });

  it('ends after the drain time, whatever still runs', async () => {
    fixture.send(1);
    const running = fixture.start(fixture.handler(500_000));
    await fixture.clock.advance(1000);
    fixture.stop.abort();
    await fixture.clock.advance(20_001);
    expect(running.hasEnded).toBe(true);
  });
});
