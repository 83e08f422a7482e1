/** Queue mode as real processes: the poller with `HANDLERS=queue`, and the consumer. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handlersMetricNames as names } from '../../services/handlers/contract.ts';
import { readLines } from '../chaos/support/delivery-record.ts';
import { recordFile } from '../chaos/support/recording-handlers.ts';
import { botToken, keys } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';
import { type QueueFixture, startQueueFixture } from '../support/queue-fixture.ts';
import { refusingQueue } from '../support/refusing-queue.ts';

let fixture: QueueFixture;
let folder: string;
beforeEach(async () => {
  fixture = await startQueueFixture();
  folder = mkdtempSync(join(tmpdir(), 'queue-'));
});
afterEach(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

const recording = () => ({
  BOT_HANDLERS: './test/chaos/support/recording-handlers.ts',
  DELIVERY_FOLDER: folder,
});
const push = (chatId: number, text: string) => fixture.telegram.pushText(botToken, { chatId, text });
const answerTo = (chatId: number) =>
  fixture.telegram.waitForSentMessage(botToken, (message) => message.chat_id === chatId);

describe('queue mode', () => {
  it('runs the company’s handlers in the consumer, and the shipped commands where it polls', async () => {
    const poller = await fixture.poller(recording());
    const consumer = await fixture.consumer(recording());
    push(7, '1 reply');
    expect(await answerTo(7)).toMatchObject({ text: 'done 1' });
    push(8, '/get_chat_id');
    expect((await answerTo(8)).text).toContain('8');
    expect(readLines(join(folder, recordFile)).map(({ pid }) => pid)).toEqual([consumer.pid, consumer.pid]);
    await until('the queue is empty', () => {
      const { visible, inFlight } = fixture.sqs.queue.depth();
      return visible + inFlight === 0 ? true : undefined;
    });
    // The first one tries the right to send.
    expect(fixture.sqs.calls.get('SendMessageBatch')).toBe(2);
    poller.signal('SIGTERM');
    consumer.signal('SIGTERM');
    expect(await Promise.all([poller.ended, consumer.ended])).toEqual([0, 0]);
  });

  it('says of itself how it is: health, metrics, and a beat in the store that it takes along', async () => {
    const consumer = await fixture.consumer(recording());
    await consumer.says(/consuming the updates queue/);
    const health = await fetch(consumer.healthUrl);
    expect([health.status, await health.json()]).toMatchObject([200, { role: 'handlers', running: 0 }]);
    const metrics = await (await fetch(consumer.metricsUrl)).text();
    for (const name of Object.values(names)) expect(metrics).toContain(name);
    const beats = () => fixture.store.command(['HKEYS', keys.handlerBeats]);
    await until('it beats', async () =>
      String(await beats()).endsWith(`:${consumer.pid}`) ? true : undefined,
    );
    consumer.signal('SIGTERM');
    expect(await consumer.ended).toBe(0);
    expect(await beats()).toEqual([]);
  });

  it('makes a dead letter of a message of a newer version, and its chat goes on', async () => {
    fixture.sqs.queue.send({
      group: 'chat:7',
      deduplicationId: '5.newer',
      body: '{"update_id":5,"new":true}',
      attributes: { format: '2' },
    });
    await fixture.poller(recording());
    push(7, '1 reply');
    const consumer = await fixture.consumer(recording());
    await answerTo(7);
    expect(consumer.output()).toContain('became a dead letter');
    expect(await fixture.store.command(['HGET', keys.dead, '5'])).toContain('"new":true');
  });
});

describe('an update that the queue refuses for what is in it', () => {
  it('becomes a dead letter, and its chat goes on', async () => {
    const queue = await refusingQueue({ SendMessageBatch: 'InvalidMessageContents' });
    const poller = await fixture.poller({ ...recording(), UPDATES_QUEUE_URL: queue.url });
    const ids = [push(7, '1 reply'), push(7, '2 reply')];
    await until('both are dead letters', async () => {
      const names = (await fixture.store.command(['HKEYS', keys.dead])) as string[];
      return names.length === 2 ? true : undefined;
    });
    for (const id of ids)
      expect(await fixture.store.command(['HGET', keys.dead, String(id)])).toMatch(/^0 1 1 0 \{/);
    expect(poller.output()).toContain('the queue refuses an update: it became a dead letter');
    await queue.close();
  });
});

describe('a wrong queue', () => {
  const missing = () => fixture.sqs.queueUrl.replace('updates.fifo', 'none.fifo');

  it.each(['poller', 'consumer'] as const)(
    'ends the %s with one line and 78 if there is none',
    async (side) => {
      const program = await fixture[side]({ UPDATES_QUEUE_URL: missing() });
      expect(await program.ended).toBe(78);
      expect(program.stderr()).toMatch(
        /^UPDATES_QUEUE_URL: expected a FIFO queue that this program may use, got: .*\n$/,
      );
    },
  );

  it.each(['poller', 'consumer'] as const)(
    'ends the %s with one line and 69 if it does not answer',
    async (side) => {
      await fixture.sqs.close();
      const program = await fixture[side]();
      expect(await program.ended).toBe(69);
      expect(program.stderr()).toMatch(/^the updates queue cannot be reached: .*\n$/);
    },
  );

  it('ends the consumer with one line and 78 if it may not receive', async () => {
    const queue = await refusingQueue({ ReceiveMessage: 'AccessDenied' });
    const consumer = await fixture.consumer({ UPDATES_QUEUE_URL: queue.url });
    expect(await consumer.ended).toBe(78);
    expect(consumer.stderr()).toBe(
      'UPDATES_QUEUE_URL: expected a FIFO queue that this program may use, got: AccessDenied: no ReceiveMessage for you; check address and rights\n',
    );
    await queue.close();
  });

  it('is none for a consumer without queue mode', async () => {
    const consumer = await fixture.consumer({ HANDLERS: 'inline' });
    expect(await consumer.ended).toBe(78);
    expect(consumer.stderr()).toMatch(/^HANDLERS: expected queue, got inline; .*\n$/);
  });
});
