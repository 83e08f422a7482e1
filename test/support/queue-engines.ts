/**
 * Engines of the updates queue for suites: the lab's own, and the real ones that this machine has.
 *
 * - MiniStack: what `fetch-ministack.sh` has installed, or another on PATH.
 * - ElasticMQ: `ELASTICMQ_LIB` names the folder with its jars (Maven Central, `org.elasticmq:elasticmq-server_2.13`).
 * - AWS: `SQS_TEST_QUEUE_URL` names an empty FIFO queue with high throughput, credentials as for any SDK.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { AwsClientOptions } from '../../services/adapters/aws-client.ts';
import { connectQueue } from '../../services/adapters/sqs.ts';
import { systemClock } from '../../services/adapters/system-clock.ts';
import { systemRandom } from '../../services/adapters/system-random.ts';
import { startSqsEmulator } from '../../services/lab/sqs-emulator/sqs-emulator.ts';
import { freePort, until } from './program.ts';
import { realTool } from './real-tools.ts';

export const labEngine = 'the lab’s engine';
export type EngineName = typeof labEngine | 'ElasticMQ' | 'MiniStack' | 'AWS';

export interface QueueEngine {
  readonly name: EngineName;
  readonly client: AwsClientOptions;
  /** The address of a new, empty queue. */
  newQueue(): Promise<string>;
  stop(): Promise<void>;
}

export const testCredentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const region = 'us-east-1';

export function enginesHere(): readonly EngineName[] {
  const { ELASTICMQ_LIB, SQS_TEST_QUEUE_URL } = process.env;
  return [
    labEngine,
    ...(ELASTICMQ_LIB ? (['ElasticMQ'] as const) : []),
    ...(realTool('ministack') ? (['MiniStack'] as const) : []),
    ...(SQS_TEST_QUEUE_URL ? (['AWS'] as const) : []),
  ];
}

export async function startEngine(name: EngineName): Promise<QueueEngine> {
  if (name === labEngine) return startLabEngine();
  if (name === 'AWS') return awsQueue();
  const port = await freePort();
  return name === 'ElasticMQ' ? elasticMq(port) : miniStack(port);
}

async function startLabEngine(): Promise<QueueEngine> {
  const engines: { close(): Promise<void> }[] = [];
  return {
    name: labEngine,
    client: clientOf(undefined),
    async newQueue() {
      const engine = await startSqsEmulator({ clock: systemClock, random: systemRandom });
      engines.push(engine);
      return engine.queueUrl;
    },
    async stop() {
      await Promise.all(engines.map((engine) => engine.close()));
    },
  };
}

function elasticMq(port: number): Promise<QueueEngine> {
  const java = spawn(
    'java',
    [
      `-Drest-sqs.bind-port=${port}`,
      '-Drest-sqs.bind-hostname=127.0.0.1',
      '-Drest-stats.enabled=false',
      '-cp',
      `${process.env['ELASTICMQ_LIB']}/*`,
      'org.elasticmq.server.Main',
    ],
    { stdio: 'ignore' },
  );
  return emulator('ElasticMQ', java, port);
}

function miniStack(port: number): Promise<QueueEngine> {
  const environment = { PATH: process.env['PATH'] ?? '', GATEWAY_PORT: String(port), SERVICES: 'sqs' };
  const program = spawn(realTool('ministack') ?? '', [], { stdio: 'ignore', env: environment });
  return emulator('MiniStack', program, port);
}

async function emulator(name: EngineName, program: ChildProcess, port: number): Promise<QueueEngine> {
  const client = clientOf(`http://127.0.0.1:${port}`);
  const { SQSClient, CreateQueueCommand } = await import('@aws-sdk/client-sqs');
  const sqs = new SQSClient({ region, credentials: testCredentials, endpoint: `http://127.0.0.1:${port}` });
  const create = async (): Promise<string> => {
    const Attributes = {
      FifoQueue: 'true',
      DeduplicationScope: 'messageGroup',
      FifoThroughputLimit: 'perMessageGroupId',
      VisibilityTimeout: '30',
    };
    const command = new CreateQueueCommand({ QueueName: `q-${randomUUID()}.fifo`, Attributes });
    // Emulators answer with the port that they take by default.
    const { pathname } = new URL((await sqs.send(command)).QueueUrl ?? '');
    return `http://127.0.0.1:${port}${pathname}`;
  };
  await until(`${name} answers`, async () => create().catch(() => undefined));
  return {
    name,
    client,
    newQueue: create,
    async stop() {
      sqs.destroy();
      program.kill('SIGKILL');
      if (program.exitCode === null && program.signalCode === null) await once(program, 'close');
    },
  };
}

/** One queue, which SQS lets be purged once a minute: each test brings ids and groups of its own, and leaves nothing. */
async function awsQueue(): Promise<QueueEngine> {
  const url = process.env['SQS_TEST_QUEUE_URL'] ?? '';
  return {
    name: 'AWS',
    client: { region: undefined, endpoint: undefined, credentials: undefined, proxy: undefined },
    newQueue: async () => url,
    stop: async () => {},
  };
}

function clientOf(endpoint: string | undefined): AwsClientOptions {
  return { region, endpoint, credentials: testCredentials, proxy: undefined };
}

/** The shipped client of a queue on this engine. */
export function connect(engine: QueueEngine, url: string, requestTimeoutMs = 5000) {
  return connectQueue({ url, times: { requestTimeoutMs } }, engine.client);
}
