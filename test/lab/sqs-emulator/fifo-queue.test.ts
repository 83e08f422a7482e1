import { beforeEach, describe, expect, it } from 'vitest';
import {
  deduplicationMs,
  FifoQueue,
  purgeEveryMs,
  type StoredMessage,
} from '../../../services/lab/sqs-emulator/fifo-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const visibilityMs = 30_000;
let clock: VirtualClock;
let deadLetters: FifoQueue;
let queue: FifoQueue;
beforeEach(() => {
  clock = new VirtualClock();
  let tokens = 0;
  const options = { clock, token: () => String(++tokens), visibilityMs };
  deadLetters = new FifoQueue(options);
  queue = new FifoQueue({ ...options, deadLetters, receiveCountMax: 3 });
});

const send = (id: string, group = 'a'): StoredMessage =>
  queue.send({ group, deduplicationId: id, body: id, attributes: {} });
const receive = (countMax = 10, waitMs = 0) => queue.receive({ countMax, waitMs });
const bodies = (messages: readonly StoredMessage[]): string => messages.map(({ body }) => body).join(' ');
const receipt = (message: StoredMessage | undefined): string => message?.receipt ?? '';

describe('a group', () => {
  it('delivers in order, and nothing while one of it is out', async () => {
    for (const id of ['1', '2', '3']) send(id);
    const [first, second] = await receive(2);
    expect(bodies(await receive())).toBe('');
    queue.remove(receipt(first));
    expect(bodies(await receive())).toBe('');
    queue.remove(receipt(second));
    expect(bodies(await receive())).toBe('3');
  });

  it('does not hold up another', async () => {
    send('1', 'a');
    await receive();
    send('2', 'b');
    expect(bodies(await receive())).toBe('2');
  });

  it('delivers from its first message again when that comes back', async () => {
    send('1');
    send('2');
    const [first, second] = await receive();
    queue.setVisibility(receipt(first), 0);
    expect(bodies(await receive())).toBe('');
    queue.setVisibility(receipt(second), 0);
    expect(bodies(await receive())).toBe('1 2');
  });
});

describe('an id', () => {
  it('is accepted once in five minutes, within its group, even if its message has been removed', async () => {
    const first = send('1');
    queue.remove(receipt((await receive())[0]));
    expect(send('1').messageId).toBe(first.messageId);
    expect(send('1', 'b').messageId).not.toBe(first.messageId);
    await clock.advance(deduplicationMs - 1);
    expect(send('1').messageId).toBe(first.messageId);
    await clock.advance(1);
    expect(send('1').messageId).not.toBe(first.messageId);
  });
});

describe('a receipt', () => {
  it('is good until its visibility has passed', async () => {
    send('1');
    const [message] = await receive();
    const first = receipt(message);
    await clock.advance(visibilityMs);
    expect([queue.isHeld(first), queue.remove(first), queue.setVisibility(first, 1000)]).toEqual([
      false,
      'gone',
      'gone',
    ]);
  });

  it('is replaced by the next one', async () => {
    send('1');
    const first = receipt((await receive())[0]);
    await clock.advance(visibilityMs);
    const again = receipt((await receive())[0]);
    expect(queue.remove(first)).toBe('gone');
    expect(queue.remove(again)).toBe('done');
    expect(queue.remove(again)).toBe('done');
  });

  it('keeps its message for as long as it is prolonged', async () => {
    send('1');
    const first = receipt((await receive())[0]);
    await clock.advance(visibilityMs - 1);
    queue.setVisibility(first, visibilityMs);
    await clock.advance(visibilityMs - 1);
    expect(bodies(await receive())).toBe('');
    await clock.advance(1);
    const [again] = await receive();
    expect(again?.receiveCount).toBe(2);
  });
});

describe('a wait', () => {
  it.each([
    ['a message comes', () => void send('2', 'b'), '2'],
    ['one comes back', (held: string) => void queue.setVisibility(held, 0), '1'],
    ['the time is up', () => {}, ''],
  ])('ends when %s', async (_name, happen, expected) => {
    send('1');
    const held = receipt((await receive())[0]);
    let received: string | undefined;
    void receive(10, 5000).then((messages) => {
      received = bodies(messages);
    });
    await clock.advance(1000);
    happen(held);
    await clock.advance(expected === '' ? 4000 : 0);
    expect(received).toBe(expected);
  });

  it('ends when a visibility passes', async () => {
    send('1');
    await receive();
    const waiting = receive(10, visibilityMs + 5000);
    await clock.advance(visibilityMs);
    expect(bodies(await waiting)).toBe('1');
  });

  it('takes nothing for a client that has gone', async () => {
    const gone = new AbortController();
    const waiting = queue.receive({ countMax: 10, waitMs: 5000 }, gone.signal);
    await clock.advance(1);
    gone.abort();
    expect(await waiting).toEqual([]);
    send('1');
    expect(queue.depth()).toMatchObject({ visible: 1, inFlight: 0 });
  });
});

it('moves what was received too often to the dead-letter queue, and goes on', async () => {
  send('1');
  send('2');
  for (let time = 0; time < 3; time++) {
    await receive(1);
    await clock.advance(visibilityMs);
  }
  expect(bodies(await receive())).toBe('2');
  expect(bodies(deadLetters.messages)).toBe('1');
});

it('counts what waits and what is out', async () => {
  for (const group of ['a', 'b', 'c']) send('1', group);
  await receive(2);
  expect(queue.depth()).toEqual({ visible: 1, inFlight: 2, groupsInFlight: 2 });
  await clock.advance(visibilityMs);
  expect(queue.depth()).toEqual({ visible: 3, inFlight: 0, groupsInFlight: 0 });
});

it('is purged at most once a minute', async () => {
  send('1');
  expect(queue.purge()).toBe('done');
  expect(bodies(await receive())).toBe('');
  await clock.advance(purgeEveryMs - 1);
  expect(queue.purge()).toBe('too soon');
  await clock.advance(1);
  expect(queue.purge()).toBe('done');
});
