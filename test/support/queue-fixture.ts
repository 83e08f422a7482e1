/** A poller and consumers as real processes, with a store, a Bot API server and a queue: the base of queue mode's process tests. */
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { type SqsEmulator, startSqsEmulator } from '../../services/lab/sqs-emulator/sqs-emulator.ts';
import { type BotFixture, startBotFixture, type WorkerProcess } from './bot-fixture.ts';
import { freePort, startProgram } from './program.ts';

export interface QueueFixture extends BotFixture {
  readonly sqs: SqsEmulator;
  readonly queueUrl: string;
  /** What queue mode adds to a program's environment. */
  readonly queueMode: Readonly<Record<string, string>>;
  poller(environment?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
  consumer(environment?: Readonly<Record<string, string>>): Promise<WorkerProcess>;
}

/** @param queueUrl of another engine; without it, the lab's */
export async function startQueueFixture(
  options: { readonly queueUrl?: string; readonly answerAfterMs?: number } = {},
): Promise<QueueFixture> {
  const fixture = await startBotFixture();
  const { answerAfterMs = 0 } = options;
  const sqs = await startSqsEmulator({ clock: systemClock, random: systemRandom, answerAfterMs });
  const consumers: WorkerProcess[] = [];
  const { queueUrl = sqs.queueUrl } = options;
  const queueMode = {
    HANDLERS: 'queue',
    UPDATES_QUEUE_URL: queueUrl,
    QUEUE_VISIBILITY_SECONDS: '6',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  };
  return {
    ...fixture,
    sqs,
    queueUrl,
    queueMode,
    poller: (environment = {}) => fixture.worker({ ...queueMode, ...environment }),
    async consumer(environment = {}) {
      const port = await freePort();
      const program = startProgram('services/handlers/main.ts', {
        ...fixture.environment,
        ...queueMode,
        BOT_METRICS_PORT: String(port),
        ...environment,
      });
      const base = `http://127.0.0.1:${port}`;
      const consumer = { ...program, healthUrl: `${base}/healthz`, metricsUrl: `${base}/metrics` };
      consumers.push(consumer);
      return consumer;
    },
    async stop() {
      await Promise.all(consumers.map((consumer) => consumer.destroy()));
      await sqs.close();
      await fixture.stop();
    },
  };
}
