/**
 * An emulator of one SQS FIFO queue and its dead-letter queue over SQS's JSON protocol, for the lab and the tests. It
 * checks no signature.
 *
 * Its faults are those of a busy service: no answer although the call was carried out, a refusal of the whole request,
 * and single entries that fail within an answer of 200. A slow one answers each call after `answerAfterMs`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock } from '../../core/platform/clock.ts';
import type { Random } from '../../core/platform/random.ts';
import { guardedServer } from '../shared/guarded-server.ts';
import { listenOnLoopback, readBody } from '../shared/loopback-server.ts';
import { FifoQueue } from './fifo-queue.ts';
import { type ServedQueue, sqsCalls } from './sqs-calls.ts';
import { type Fields, SqsError } from './sqs-requests.ts';

export interface SqsFault {
  readonly kind: 'unavailable' | 'lost answer' | 'partial';
  /** Only calls of this name; without it, all. */
  readonly call?: string;
  /** How many calls it hits; without it, all until `clearFaults`. */
  readonly times?: number;
}

export interface SqsEmulator {
  /** For `UPDATES_QUEUE_URL`. */
  readonly queueUrl: string;
  readonly queue: FifoQueue;
  readonly deadLetters: FifoQueue;
  /** How often each call came. */
  readonly calls: ReadonlyMap<string, number>;
  fault(fault: SqsFault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

export interface SqsEmulatorOptions {
  /** 0, the default: any free port. Always on loopback. */
  readonly port?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly answerAfterMs?: number;
}

const account = '000000000000';
const emulatedQueuePath = `/${account}/updates.fifo`;
const deadLettersPath = `/${account}/updates-dead.fifo`;
const visibilityMs = 30_000;
const receiveCountMax = 30;
const requestBytesMax = 4_000_000;
const contentType = 'application/x-amz-json-1.0';

export async function startSqsEmulator(options: SqsEmulatorOptions): Promise<SqsEmulator> {
  const { port = 0, clock, random, answerAfterMs = 0 } = options;
  const model = { clock, token: () => random.token(), visibilityMs };
  const deadLetters = new FifoQueue(model);
  const queue = new FifoQueue({ ...model, deadLetters, receiveCountMax });
  const served = new Map<string, ServedQueue>([
    [
      emulatedQueuePath,
      { queue, attributes: attributesOf(emulatedQueuePath, { RedrivePolicy: redrivePolicy }) },
    ],
    [deadLettersPath, { queue: deadLetters, attributes: attributesOf(deadLettersPath) }],
  ]);
  const calls = new Map<string, number>();
  let faults: { readonly fault: SqsFault; left: number }[] = [];

  function takeFault(call: string): SqsFault['kind'] | undefined {
    const found = faults.find(({ fault, left }) => left > 0 && (fault.call ?? call) === call);
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault.kind;
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort('gone'));
    const body = await readBody(request, requestBytesMax);
    const call = String(request.headers['x-amz-target'] ?? '').split('.')[1] ?? '';
    calls.set(call, (calls.get(call) ?? 0) + 1);
    const fault = takeFault(call);
    const answer = await answered(call, body, { fault, gone: gone.signal });
    if (answerAfterMs > 0) await clock.sleep(answerAfterMs);
    if (fault === 'lost answer') return void response.destroy();
    response.writeHead(answer.status, { 'content-type': contentType, 'x-amzn-requestid': 'emulated' });
    response.end(JSON.stringify(answer.fields));
  }

  async function answered(
    call: string,
    body: Buffer | undefined,
    { fault, gone }: { readonly fault: SqsFault['kind'] | undefined; readonly gone: AbortSignal },
  ): Promise<{ readonly status: number; readonly fields: Fields }> {
    const entryFails = (index: number): boolean => fault === 'partial' && index % 2 === 0;
    try {
      if (fault === 'unavailable') throw new SqsError('ServiceUnavailable', 'Service unavailable.', 503);
      const run = sqsCalls[call];
      if (run === undefined)
        throw new SqsError('InvalidAction', `The emulator does not know the call ${call}.`);
      const fields = parsed(body);
      const called = served.get(pathOf(fields['QueueUrl']));
      if (called === undefined)
        throw new SqsError('QueueDoesNotExist', 'The specified queue does not exist.');
      return { status: 200, fields: await run(fields, { ...called, gone, entryFails }) };
    } catch (error) {
      if (!(error instanceof SqsError)) throw error;
      return {
        status: error.status,
        fields: { __type: `com.amazonaws.sqs#${error.name}`, message: error.message },
      };
    }
  }

  const server = guardedServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  const { url, close } = await listenOnLoopback(server, port);
  return {
    queueUrl: `${url}${emulatedQueuePath}`,
    queue,
    deadLetters,
    calls,
    fault: (fault) => void faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY }),
    clearFaults: () => {
      faults = [];
    },
    close,
  };
}

function arnOf(path: string): string {
  return `arn:aws:sqs:us-east-1:${path.slice(1).replace('/', ':')}`;
}

const redrivePolicy = JSON.stringify({
  deadLetterTargetArn: arnOf(deadLettersPath),
  maxReceiveCount: receiveCountMax,
});

function attributesOf(
  path: string,
  others: Readonly<Record<string, string>> = {},
): ServedQueue['attributes'] {
  return { QueueArn: arnOf(path), VisibilityTimeout: String(visibilityMs / 1000), ...others };
}

function pathOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).pathname : '';
}

function parsed(body: Buffer | undefined): Fields {
  if (body === undefined) throw new SqsError('RequestEntityTooLarge', 'The request is too large.', 413);
  try {
    return JSON.parse(body.toString('utf8')) as Fields;
  } catch {
    throw new SqsError('SerializationException', 'The body is no JSON.');
  }
}
