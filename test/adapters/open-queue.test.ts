import { afterEach, describe, expect, it } from 'vitest';
import { openQueue } from '../../services/adapters/open-queue.ts';
import type { QueueSide } from '../../services/adapters/sqs.ts';
import { queueTimes } from '../../services/core/queue/queue-times.ts';
import { type RefusingQueue, refusingQueue } from '../support/refusing-queue.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

let queue: RefusingQueue;
afterEach(() => queue.close());

async function open(side: QueueSide, refusals: Readonly<Record<string, string>>) {
  queue = await refusingQueue(refusals);
  const settings = { url: queue.url, depthMax: 1, slots: 1, times: queueTimes(30_000) };
  const environment = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' };
  const opening = openQueue(settings, {
    side,
    environment,
    clock: new VirtualClock(),
    stop: new AbortController().signal,
  });
  return opening;
}

describe('a queue', () => {
  it.each(['poller', 'consumer'] as const)('opens for a %s that may use it', async (side) => {
    const none = 'EmptyBatchRequest';
    const refusals = { SendMessageBatch: none, DeleteMessageBatch: none, ChangeMessageVisibilityBatch: none };
    expect(await open(side, refusals)).toMatchObject({ kind: 'open' });
  });

  it.each([
    ['poller', 'SendMessageBatch'],
    ['consumer', 'DeleteMessageBatch'],
    ['consumer', 'ChangeMessageVisibilityBatch'],
  ] as const)('is refused to a %s that lacks %s', async (side, call) => {
    expect(await open(side, { [call]: 'AccessDenied' })).toEqual({
      kind: 'refused',
      code: 78,
      line: `UPDATES_QUEUE_URL: expected a FIFO queue that this program may use, got: AccessDenied: no ${call} for you; check address and rights`,
    });
  });

  it('asks each side only for what it needs', async () => {
    expect(await open('poller', { DeleteMessageBatch: 'AccessDenied' })).toMatchObject({ kind: 'open' });
    await queue.close();
    expect(await open('consumer', { SendMessageBatch: 'AccessDenied' })).toMatchObject({ kind: 'open' });
  });

  it.each([
    'QueueDoesNotExist',
    'AccessDeniedException',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
    'UnrecognizedClientException',
    'ExpiredTokenException',
    'InvalidAddress',
  ])('of another account, region or name is a wrong setting: %s', async (name) => {
    expect(await open('poller', { GetQueueAttributes: name })).toMatchObject({
      kind: 'refused',
      code: 78,
      line: expect.stringContaining(`got: ${name}`),
    });
  });
});
