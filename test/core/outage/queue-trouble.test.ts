import { describe, expect, it } from 'vitest';
import { probeQueue, type QueueFacts, queueTrouble } from '../../../services/core/outage/queue-trouble.ts';
import { QueueError } from '../../../services/core/queue/updates-queue.ts';
import { emptyQueue, seenConsumer } from '../../support/queue-view.ts';

const lateMs = 60_000;
const facts = (more: Partial<QueueFacts> = {}): QueueFacts => ({
  view: { ...emptyQueue, visible: 3, inFlight: 2 },
  problem: null,
  consumers: [seenConsumer()],
  ...more,
});

describe('queueTrouble', () => {
  it.each([
    ['consumers that keep up', {}, undefined],
    ['no consumer at all', { consumers: [] }, 'handlers-absent'],
    [
      'a consumer whose heartbeat is late',
      { consumers: [seenConsumer({ ageMs: 60_001 })] },
      'handlers-absent',
    ],
    [
      'a consumer whose heartbeat is almost late',
      { consumers: [seenConsumer({ ageMs: 60_000 })] },
      undefined,
    ],
    [
      'only updates in flight that nobody holds any more',
      { consumers: [], view: { ...emptyQueue, inFlight: 1 } },
      'handlers-absent',
    ],
    ['an empty queue, whoever consumes', { consumers: [], view: emptyQueue }, undefined],
    [
      'a lag of over a minute',
      { consumers: [seenConsumer(), seenConsumer({ lagMs: 60_001 })] },
      'handlers-behind',
    ],
    ['a lag of a minute', { consumers: [seenConsumer({ lagMs: 60_000 })] }, undefined],
    [
      'the lag of a consumer that is gone',
      { consumers: [seenConsumer(), seenConsumer({ lagMs: 99_999, ageMs: 60_001 })] },
      undefined,
    ],
    [
      'a lag of the past, with nothing left',
      { consumers: [seenConsumer({ lagMs: 99_999 })], view: emptyQueue },
      undefined,
    ],
    ['a queue that does not answer', { view: undefined, problem: 'away', consumers: [] }, 'unknown'],
  ] as const)('of %s', (_what, more, trouble) => {
    expect(queueTrouble(facts(more), lateMs)).toBe(trouble);
  });

  it('is none where handlers run inline', () => {
    expect(queueTrouble(undefined, lateMs)).toBeUndefined();
  });
});

describe('probeQueue', () => {
  const consumers = { list: async () => [seenConsumer()] };
  const purge = async () => 'purged' as const;

  it('asks nobody where handlers run inline', async () => {
    expect(await probeQueue(undefined)).toBeUndefined();
  });

  it('answers what the queue and its consumers say', async () => {
    const view = { ...emptyQueue, visible: 1 };
    const queue = { look: async () => view, purge };
    expect(await probeQueue({ queue, consumers })).toEqual({
      view,
      problem: null,
      consumers: [seenConsumer()],
    });
  });

  it('takes a queue that fails as a fact, in one line', async () => {
    const look = () => Promise.reject(new QueueError('look', 'queue', new Error('not\nyours')));
    expect(await probeQueue({ queue: { look, purge }, consumers })).toEqual({
      view: undefined,
      problem: 'queue look: Error: not yours',
      consumers: [seenConsumer()],
    });
    const bug = new TypeError('a bug');
    await expect(probeQueue({ queue: { look: () => Promise.reject(bug), purge }, consumers })).rejects.toBe(
      bug,
    );
  });
});
