/** A dead letter of queue mode that a person puts back, through real processes. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { redisDeadUpdates } from '../../services/adapters/redis/queue/queue-store.ts';
import { type } from '../cli/keyboard.ts';
import { botToken, keys } from '../support/bot-fixture.ts';
import { until } from '../support/program.ts';
import { type QueueFixture, startQueueFixture } from '../support/queue-fixture.ts';

let fixture: QueueFixture;
let folder: string;
beforeEach(async () => {
  fixture = await startQueueFixture();
  folder = mkdtempSync(join(tmpdir(), 'dead-retry-'));
});
afterEach(async () => {
  await fixture.stop();
  rmSync(folder, { recursive: true });
});

const recording = () => ({
  BOT_HANDLERS: './test/chaos/support/recording-handlers.ts',
  DELIVERY_FOLDER: folder,
});
const answers = (): number => fixture.telegram.state(botToken).sentMessages.length;

it('`dead retry` runs again through the queue, which has accepted the same update within five minutes', async () => {
  const poller = await fixture.poller(recording());
  const id = fixture.telegram.pushText(botToken, { chatId: 7, text: '1 reply' });
  const [first] = await until('the queue has it', () =>
    fixture.sqs.queue.messages.length > 0 ? fixture.sqs.queue.messages : undefined,
  );
  const consumer = await fixture.consumer(recording());
  await until('it was handled', () => (answers() === 1 ? true : undefined));
  consumer.signal('SIGTERM');
  expect(await consumer.ended).toBe(0);

  // As a consumer leaves it after three attempts that ended with their process.
  const letter = { id: String(id), attempts: 3, epoch: 1, retries: 1, content: first?.body ?? '' };
  await redisDeadUpdates(fixture.store, keys).bury(letter);
  const environment = { ...fixture.environment, ...fixture.queueMode };
  const listed = await type('dead list --json', { environment });
  expect(listed.json()).toMatchObject({ dead: [{ id: String(id), attempts: 3 }] });
  const retried = await type(`dead retry ${id}`, { environment });
  expect(retried).toMatchObject({ code: 0, out: `  ${id}  put back\n` });

  poller.signal('SIGTERM');
  expect(await poller.ended).toBe(0);
  await fixture.poller(recording());
  const [again] = await until('the next leader has sent it again', () =>
    fixture.sqs.queue.messages.length > 0 ? fixture.sqs.queue.messages : undefined,
  );
  expect(again?.deduplicationId).toBe(`${first?.deduplicationId}.r1`);
  await fixture.consumer(recording());
  await until('it was handled again', () => (answers() === 2 ? true : undefined));
  expect((await type('dead list', { environment })).out).toBe('There are no dead letters.\n');
});
