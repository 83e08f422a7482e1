/** Over HTTP, with the shipped client: refusals and faults. What a queue does: `test/adapters/sqs.test.ts`. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectedQueue, connectQueue } from '../../../services/adapters/sqs.ts';
import { systemClock } from '../../../services/adapters/system-clock.ts';
import { systemRandom } from '../../../services/adapters/system-random.ts';
import { batchBytesMax, type QueueMessage } from '../../../services/core/queue/updates-queue.ts';
import { type SqsEmulator, startSqsEmulator } from '../../../services/lab/sqs-emulator/sqs-emulator.ts';
import { testCredentials } from '../../support/queue-engines.ts';

const { signal } = new AbortController();
let emulator: SqsEmulator;
let queue: ConnectedQueue;
beforeEach(async () => {
  emulator = await startSqsEmulator({ clock: systemClock, random: systemRandom });
  const client = { region: 'us-east-1', endpoint: undefined, credentials: testCredentials, proxy: undefined };
  queue = await connectQueue({ url: emulator.queueUrl, times: { requestTimeoutMs: 5000 } }, client);
});
afterEach(() => emulator.close());

const message = (id: string, body = id, group = id): QueueMessage => {
  return { group, deduplicationId: id, body, attributes: { format: '1' }, sizeBytes: body.length };
};
const receive = () => queue.receive({ countMax: 10, waitMs: 0, visibilityMs: 30_000 });

describe('what it refuses', () => {
  it.each([
    ['a character that SQS does not take', message('1', 'a\uFFFFb')],
    ['more than a message holds', message('1', 'a'.repeat(batchBytesMax + 1))],
  ])('%s is the message’s fault', async (_name, wrong) => {
    await expect(queue.send([wrong], signal)).rejects.toMatchObject({ fault: 'message' });
  });

  it.each([
    ['a group with a blank', [message('1', 'a', 'chat 7')]],
    ['eleven messages', Array.from({ length: 11 }, (_, index) => message(String(index)))],
  ])('%s is the program’s fault: nothing is given up for it', async (_name, wrong) => {
    await expect(queue.send(wrong, signal)).rejects.toMatchObject({ fault: 'queue' });
  });

  it('is a call that it does not know', async () => {
    const answer = await fetch(new URL(emulator.queueUrl).origin, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.TagQueue' },
      body: '{}',
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: expect.stringMatching(/InvalidAction/) });
  });
});

describe('its attributes', () => {
  async function attributes(
    url: string,
    names: readonly string[],
  ): Promise<Readonly<Record<string, string>>> {
    const answer = await fetch(new URL(url).origin, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonSQS.GetQueueAttributes' },
      body: JSON.stringify({ QueueUrl: url, AttributeNames: names }),
    });
    return ((await answer.json()) as { Attributes: Readonly<Record<string, string>> }).Attributes;
  }

  it('are those that were asked for', async () => {
    expect(await attributes(emulator.queueUrl, ['FifoQueue'])).toEqual({ FifoQueue: 'true' });
    expect(await attributes(emulator.queueUrl, [])).toEqual({});
  });

  it('name the dead-letter queue, which is served beside it', async () => {
    const { QueueArn: arn = '', RedrivePolicy: policy = '' } = await attributes(emulator.queueUrl, ['All']);
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Readonly<Record<string, unknown>>;
    expect(maxReceiveCount).toBe(30);
    const url = emulator.queueUrl.replace(/[^/]*$/, String(deadLetterTargetArn).split(':').at(-1) ?? '');
    const { QueueArn: deadArn, RedrivePolicy: none } = await attributes(url, ['All']);
    expect([deadArn, none]).toEqual([deadLetterTargetArn, undefined]);
    expect(deadArn).not.toBe(arn);
    emulator.deadLetters.send(message('1'));
    const counted = await attributes(url, ['ApproximateNumberOfMessages']);
    expect(counted).toEqual({ ApproximateNumberOfMessages: '1' });
  });
});

describe('its faults', () => {
  it('carry a call out and lose the answer', async () => {
    emulator.fault({ kind: 'lost answer', call: 'SendMessageBatch', times: 1 });
    await expect(queue.send([message('1')], signal)).rejects.toMatchObject({ fault: 'queue' });
    expect(await queue.send([message('1')], signal)).toEqual(['sent']);
    expect(await receive()).toHaveLength(1);
  });

  it('fail single entries', async () => {
    emulator.fault({ kind: 'partial', times: 1 });
    const results = await queue.send([message('1'), message('2')], signal);
    expect(results).toMatchObject([{ fault: 'queue' }, 'sent']);
    emulator.fault({ kind: 'partial', call: 'DeleteMessageBatch', times: 1 });
    const receipts = (await receive()).map(({ receipt }) => receipt);
    expect(await queue.remove(receipts)).toEqual(['failed']);
  });

  it('refuse everything until they are cleared', async () => {
    emulator.fault({ kind: 'unavailable' });
    await expect(receive()).rejects.toMatchObject({ fault: 'queue' });
    emulator.clearFaults();
    expect(await receive()).toEqual([]);
  });
});
