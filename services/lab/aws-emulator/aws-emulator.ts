/**
 * An emulator of the few SNS and ECS calls that StaffProBot makes, for the lab and the tests.
 *
 * It speaks what the SDK's clients send: SNS in the query protocol with XML answers, ECS in JSON 1.1. What is not
 * emulated is refused by name, so that a new call is noticed. It checks no signature.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerEcs, type EmulatedWorkerService } from './ecs-calls.ts';
import type { EmulatedAnswer } from './emulated-answer.ts';
import { answerSns, type PublishedMessage } from './sns-calls.ts';

interface AwsFault {
  readonly service: 'sns' | 'ecs';
  /** `error`: HTTP 500; `throttle`: the service's own refusal of too many calls; `hang`: no answer at all. */
  readonly kind: 'error' | 'throttle' | 'hang';
  /** How many calls it hits; all when left out, until `clearFaults`. */
  readonly times?: number;
}

export interface AwsEmulator {
  readonly url: string;
  readonly published: readonly PublishedMessage[];
  /** The operations that were called, in order, such as `ecs.UpdateService`. */
  readonly calls: readonly string[];
  onPublish(listener: (message: PublishedMessage) => void): void;
  /** As another service of the same account would publish. */
  publish(message: PublishedMessage): void;
  fault(fault: AwsFault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

export interface AwsEmulatorOptions {
  /** 0, the default: any free port. Always on loopback. */
  readonly port?: number;
  readonly ecs: EmulatedWorkerService;
}

const requestBytesMax = 300_000;
/** However long the emulator runs. */
const kept = 1000;

export async function startAwsEmulator({ port = 0, ecs }: AwsEmulatorOptions): Promise<AwsEmulator> {
  const published: PublishedMessage[] = [];
  const calls: string[] = [];
  const listeners: ((message: PublishedMessage) => void)[] = [];
  let publishedTotal = 0;
  let faults: { fault: AwsFault; left: number }[] = [];

  function takeFault(service: AwsFault['service']): AwsFault['kind'] | undefined {
    const found = faults.find(({ fault, left }) => fault.service === service && left > 0);
    if (found === undefined) return undefined;
    found.left -= 1;
    return found.fault.kind;
  }

  function publish(message: PublishedMessage): void {
    publishedTotal += 1;
    published.push(message);
    if (published.length > kept) published.shift();
    for (const listener of listeners) listener(message);
  }

  async function answer(request: IncomingMessage, body: string): Promise<EmulatedAnswer | 'hang'> {
    const target = request.headers['x-amz-target'];
    const service = typeof target === 'string' ? 'ecs' : 'sns';
    const form = new URLSearchParams(body);
    const operation = typeof target === 'string' ? (target.split('.')[1] ?? '') : (form.get('Action') ?? '');
    calls.push(`${service}.${operation}`);
    if (calls.length > kept) calls.shift();
    const fault = takeFault(service);
    if (fault === 'hang') return 'hang';
    return service === 'ecs'
      ? answerEcs({ operation, body, service: ecs, fault })
      : answerSns({ operation, form, publish, number: publishedTotal + 1, fault });
  }

  const server = createServer((request, response) => {
    handle(request, response, answer).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    published,
    calls,
    onPublish: (listener) => {
      listeners.push(listener);
    },
    publish,
    fault: (fault) => {
      faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clearFaults: () => {
      faults = [];
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: IncomingMessage, body: string) => Promise<EmulatedAnswer | 'hang'>,
): Promise<void> {
  const body = await bodyOf(request);
  const answered = body === undefined ? tooLarge : await answer(request, body);
  // A hang ends when the client gives up or the emulator closes.
  if (answered === 'hang') return;
  response.writeHead(answered.status, {
    'content-type': answered.contentType,
    'x-amzn-requestid': 'emulated',
  });
  response.end(answered.body);
}

const tooLarge: EmulatedAnswer = {
  status: 413,
  contentType: 'text/plain',
  body: 'the request is too large\n',
};

/** Undefined when it is larger than anything that we send. */
async function bodyOf(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > requestBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
