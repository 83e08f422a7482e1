import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operatedQueue } from '../../services/adapters/operated-queue.ts';
import { connectQueue } from '../../services/adapters/sqs.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { QueueError } from '../../services/core/queue/updates-queue.ts';
import { type SqsEmulator, startSqsEmulator } from '../../services/lab/sqs-emulator/sqs-emulator.ts';

const client = {
  region: 'us-east-1',
  endpoint: undefined,
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  proxy: undefined,
};

describe('the updates queue, as ops reach it', () => {
  let sqs: SqsEmulator;
  beforeAll(async () => {
    sqs = await startSqsEmulator({ clock: systemClock, random: systemRandom });
  });
  afterAll(() => sqs.close());
  const operated = (url = sqs.queueUrl) => operatedQueue(url, client);

  async function send(chat: number): Promise<void> {
    const queue = await connectQueue({ url: sqs.queueUrl, times: { requestTimeoutMs: 5000 } }, client);
    const message = {
      group: `chat:${chat}`,
      deduplicationId: `${chat}.1`,
      body: '{}',
      attributes: {},
      sizeBytes: 2,
    };
    await queue.send([message], new AbortController().signal);
  }

  it('says what it holds and how it is set, with its dead-letter queue', async () => {
    await send(1);
    await send(2);
    await sqs.queue.receive({ countMax: 1, waitMs: 0 });
    sqs.deadLetters.send({ group: 'chat:3', deduplicationId: '3.1', body: '{}', attributes: {} });
    expect(await operated().look()).toEqual({
      visible: 1,
      inFlight: 1,
      isFifo: true,
      visibilitySeconds: 30,
      retentionSeconds: 1_209_600,
      deadLetters: { receivesMax: 30, messages: 1 },
    });
  });

  it('has no dead-letter queue if it names none', async () => {
    const alone = sqs.queueUrl.replace('updates.fifo', 'updates-dead.fifo');
    expect(await operated(alone).look()).toMatchObject({ visible: 1, deadLetters: null });
  });

  it('is purged once a minute, with what is in flight', async () => {
    expect(await operated().purge()).toBe('purged');
    expect(sqs.queue.depth()).toMatchObject({ visible: 0, inFlight: 0 });
    expect(await operated().purge()).toBe('too soon');
  });

  it('fails by name', async () => {
    const missing = operated(sqs.queueUrl.replace('updates.fifo', 'missing.fifo')).look();
    await expect(missing).rejects.toBeInstanceOf(QueueError);
    await expect(missing).rejects.toMatchObject({
      message: expect.stringMatching(/^queue look: QueueDoesNotExist: /),
    });
    sqs.fault({ kind: 'unavailable', call: 'PurgeQueue', times: 1 });
    await expect(operated().purge()).rejects.toMatchObject({
      message: expect.stringMatching(/^queue purge: /),
    });
  });
});
