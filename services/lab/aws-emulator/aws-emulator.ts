/**
 * An emulator of the few SNS and ECS calls that StaffProBot makes, for the lab and the tests.
 *
 * It speaks the protocols of the SDK's clients: SNS as query forms with XML answers, ECS as JSON 1.1. An operation that it
 * does not emulate is refused by name, so that a new call is noticed. It checks no signature.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { guardedServer } from '../shared/guarded-server.ts';
import { Listeners } from '../shared/listeners.ts';
import { listenOnLoopback, readBody } from '../shared/loopback-server.ts';
import { answerEcs, type EmulatedService } from './ecs-calls.ts';
import type { EmulatedAnswer } from './emulated-answer.ts';
import { answerSns, type PublishedMessage } from './sns-calls.ts';

interface AwsFault {
  readonly service: 'sns' | 'ecs';
  /** `error`: HTTP 500; `throttle`: the service's own refusal of too many calls; `hang`: no answer at all. */
  readonly kind: 'error' | 'throttle' | 'hang';
  /** How many calls it hits; without it, all until `clearFaults`. */
  readonly times?: number;
}

export interface AwsEmulator {
  readonly url: string;
  readonly published: readonly PublishedMessage[];
  /** The called operations, in order, such as `ecs.UpdateService`. */
  readonly calls: readonly string[];
  /** Returns a function that removes the listener. */
  onPublish(listener: (message: PublishedMessage) => void): () => void;
  /** Publishes as another service of the same account would. */
  publish(message: PublishedMessage): void;
  fault(fault: AwsFault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

export interface AwsEmulatorOptions {
  /** 0, the default: any free port. Always on loopback. */
  readonly port?: number;
  /** The services of its cluster; asked at each call. */
  readonly services: () => readonly EmulatedService[];
}

const requestBytesMax = 300_000;
/** How many messages and calls are kept, so that memory stays bounded. */
const kept = 1000;

export async function startAwsEmulator({ port = 0, services }: AwsEmulatorOptions): Promise<AwsEmulator> {
  const published: PublishedMessage[] = [];
  const calls: string[] = [];
  const listeners = new Listeners<[message: PublishedMessage]>();
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
    listeners.notify(message);
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
      ? answerEcs({ operation, body, services: services(), fault })
      : answerSns({ operation, form, publish, number: publishedTotal + 1, fault });
  }

  const server = guardedServer((request, response) => {
    handle(request, response, answer).catch(() => response.destroy());
  });
  const { url, close } = await listenOnLoopback(server, port);
  return {
    url,
    published,
    calls,
    onPublish: (listener) => listeners.add(listener),
    publish,
    fault: (fault) => {
      faults.push({ fault, left: fault.times ?? Number.POSITIVE_INFINITY });
    },
    clearFaults: () => {
      faults = [];
    },
    close,
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  answer: (request: IncomingMessage, body: string) => Promise<EmulatedAnswer | 'hang'>,
): Promise<void> {
  const body = await readBody(request, requestBytesMax);
  const answered = body === undefined ? tooLarge : await answer(request, body.toString('utf8'));
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
