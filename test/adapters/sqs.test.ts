/**
 * The shipped client against every engine of this machine: what the consumer and the poller assume of a queue.
 *
 * Known deviations are listed with the engines that have them, and held: an engine that mends one fails here.
 */
import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConnectedQueue } from '../../services/adapters/sqs.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import type { DeliveredMessage, QueueMessage } from '../../services/core/queue/updates-queue.ts';
import { until } from '../support/program.ts';
import {
  connect,
  type EngineName,
  enginesHere,
  type QueueEngine,
  startEngine,
} from '../support/queue-engines.ts';

/** They take an expired receipt for good until the message has been received again. */
const lenientReceipts: readonly EngineName[] = ['ElasticMQ', 'MiniStack'];
const { signal } = new AbortController();

describe.each(enginesHere())('the queue on %s', (name) => {
  let engine: QueueEngine;
  let queue: ConnectedQueue;
  let prefix: string;
  let received: DeliveredMessage[];
  beforeAll(async () => {
    engine = await startEngine(name);
  });
  afterAll(() => engine.stop());
  beforeEach(async () => {
    queue = await connect(engine, await engine.newQueue());
    prefix = randomUUID().slice(0, 8);
    received = [];
  });
  afterEach(async () => {
    // One queue for all tests: the next one begins with nothing in it, and nothing held.
    if (name !== 'AWS') return;
    for (const { receipt } of received) await queue.remove([receipt]);
    for (let left = await receive(); left.length > 0; left = await receive())
      await queue.remove(receipts(left));
  });

  function message(chat: number, id: number, body = `{"update_id":${id}}`): QueueMessage {
    return {
      group: `${prefix}:${chat}`,
      deduplicationId: `${prefix}.${id}`,
      body,
      attributes: { format: '1', epoch: '7' },
      sizeBytes: body.length,
    };
  }

  const send = (...messages: readonly QueueMessage[]) => queue.send(messages, signal);
  async function receive(countMax = 10, visibilityMs = 30_000, waitMs = 1000) {
    const messages = await queue.receive({ countMax, waitMs, visibilityMs });
    received.push(...messages);
    return messages;
  }
  const idsOf = (messages: readonly DeliveredMessage[]) =>
    messages.map(({ body }) => JSON.parse(body).update_id);
  const receipts = (messages: readonly DeliveredMessage[]) => messages.map(({ receipt }) => receipt);

  it('says that it is a FIFO queue, and what it holds', async () => {
    expect(await queue.describe()).toEqual({ isFifo: true });
    await send(message(1, 1), message(2, 2));
    const [first] = await receive(1);
    expect(first).toBeDefined();
    await until('the depth shows', async () => {
      const { visible, inFlight } = await queue.depth();
      return visible === 1 && inFlight === 1 ? true : undefined;
    });
  });

  it('delivers a message whole, with its ids, attributes and count', async () => {
    const text = 'Привет 😀 \\ufffe < & >';
    const body = JSON.stringify({ update_id: 1, text });
    expect(await send(message(1, 1, body))).toEqual(['sent']);
    const [delivered] = await receive();
    expect(delivered).toMatchObject({
      body,
      group: `${prefix}:1`,
      deduplicationId: `${prefix}.1`,
      attributes: { format: '1', epoch: '7' },
      receiveCount: 1,
    });
    expect(Math.abs(systemClock.wallMs() - (delivered?.sentMs ?? 0))).toBeLessThan(60_000);
  });

  it('keeps the order of a group, and delivers none of it while one is out', async () => {
    await send(message(1, 1), message(2, 2));
    await send(message(1, 3));
    const first = await receive(10);
    expect(idsOf(first.filter(({ group }) => group.endsWith(':1')))).toEqual([1, 3]);
    await send(message(1, 4), message(3, 5));
    expect(idsOf(await receive())).toEqual([5]);
    expect(await queue.remove(receipts(first))).toEqual(['done', 'done', 'done']);
    expect(idsOf(await receive())).toEqual([4]);
  });

  it('accepts an id once, also after the message has been removed', async () => {
    await send(message(1, 1));
    await queue.remove(receipts(await receive()));
    expect(await send(message(1, 1))).toEqual(['sent']);
    expect(await receive()).toEqual([]);
  });

  it('gives messages back in their order, and counts how often each was delivered', async () => {
    await send(message(1, 1));
    await send(message(1, 2));
    const first = await receive();
    expect(await queue.setVisibility(receipts(first), 0)).toEqual(['done', 'done']);
    const again = await receive();
    expect(idsOf(again)).toEqual([1, 2]);
    expect(again.map(({ receiveCount }) => receiveCount)).toEqual([2, 2]);
  });

  it('delivers again what was not removed in time, and no receipt from before removes it', async () => {
    await send(message(1, 1));
    const first = await receive(10, 1000);
    const again = await until('it comes again', async () => {
      const messages = await receive();
      return messages.length > 0 ? messages : undefined;
    });
    expect(idsOf(again)).toEqual([1]);
    expect(await queue.remove(receipts(first))).not.toEqual(['failed']);
    expect(await queue.remove(receipts(again))).toEqual(['done']);
  });

  it('keeps what is prolonged', async () => {
    await send(message(1, 1));
    const first = await receive(10, 3000);
    expect(await queue.setVisibility(receipts(first), 30_000)).toEqual(['done']);
    expect(await receive(10, 30_000, 4000)).toEqual([]);
  });

  it('takes no expired receipt', async () => {
    await send(message(1, 1));
    const first = await receive(10, 1000);
    await systemClock.sleep(1500);
    const expected = lenientReceipts.includes(name) ? 'done' : 'gone';
    expect(await queue.remove(receipts(first))).toEqual([expected]);
  });

  it('ends a wait as soon as a message comes', async () => {
    const waiting = receive(10, 30_000, 20_000);
    await send(message(1, 1));
    expect(idsOf(await waiting)).toEqual([1]);
  });

  it('does not exist under another name', async () => {
    const other = (await engine.newQueue()).replace(/[^/]+$/, `${prefix}-none.fifo`);
    const missing = await connect(engine, other);
    await expect(missing.describe()).rejects.toMatchObject({ code: 'QUEUE_FAILED', fault: 'queue' });
  });
});
