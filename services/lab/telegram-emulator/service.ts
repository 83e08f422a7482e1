/**
 * What the emulator's server does with a request: calls of the Bot API, downloads, and the `/emulator/…` calls.
 *
 * An optional latency is that of the round trip: half passes before a call is executed, half before its answer is sent.
 *
 * Tested by: test/lab/telegram-emulator/http.test.ts
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/platform/clock.ts';
import { readBody } from '../shared/loopback-server.ts';
import { Arguments, readArguments } from './arguments.ts';
import { Control } from './control.ts';
import { botId, type Emulator } from './emulator.ts';
import { invalidToken, notFound, refuse } from './errors.ts';
import { type Fault, type Faults, faultAnswer } from './faults.ts';
import type { PollClient } from './poll-log.ts';
import { hangUp, reset, send, sendFile, sendNginxPage, sendTruncated } from './transport.ts';

const bodyBytesMax = 64 * 2 ** 20;
const delayDefaultMs = 1000;
const filePattern = /^\/file\/bot(?<token>[^/]*)(?:\/test)?\/(?<filePath>.+)$/;

interface Parts {
  readonly emulator: Emulator;
  readonly faults: Faults;
  readonly clock: Clock;
  readonly latencyMs: number;
}

interface Call {
  readonly token: string;
  readonly method: string;
  readonly args: Arguments;
}

export class Service {
  readonly #parts: Parts;
  readonly #control: Control;
  readonly #clients = new WeakMap<Socket, PollClient>();

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#control = new Control(parts);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? '', 'http://emulator');
    const body = await readBody(request, bodyBytesMax);
    if (body === undefined) return send(response, refuse(413, 'Request Entity Too Large'));
    if (url === null) return send(response, notFound);
    const { pathname: path, searchParams } = url;
    if (path === '/emulator/events') return this.#control.stream(request, response, searchParams);
    if (path.startsWith('/emulator/')) {
      const verb = request.method ?? '';
      return send(response, this.#control.answer({ verb, path, searchParams, body }));
    }
    if (path.startsWith('/file/')) return this.#download(path, response);
    if (request.method !== 'GET' && request.method !== 'POST') {
      return send(response, refuse(405, 'Method Not Allowed'));
    }
    const contentType = request.headers['content-type'] ?? '';
    const args = readArguments({ searchParams, contentType, body });
    if (typeof args === 'string') return send(response, refuse(400, args));
    const target = readTarget(path, args);
    if (target === undefined) return send(response, notFound);
    await this.#call({ ...target, args }, request, response);
  }

  async #download(path: string, response: ServerResponse): Promise<void> {
    const { token = '', filePath = '' } = filePattern.exec(decode(path))?.groups ?? {};
    await this.#travel();
    const fault = this.#meetFault({ token, method: 'file', args: Arguments.of({}) });
    if (fault !== undefined && (await this.#isInsteadOfCall(fault, response))) return;
    const file = this.#parts.emulator.file(token, { path: filePath });
    await this.#travel();
    if (fault?.kind === 'truncated' || fault?.kind === 'lose-answer') hangUp(response);
    else if (file !== undefined) sendFile(response, file);
    else send(response, botId(token) === undefined ? invalidToken : notFound);
  }

  async #call(call: Call, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#travel();
    const fault = this.#meetFault(call);
    if (fault !== undefined && (await this.#isInsteadOfCall(fault, response))) return;
    const answer = await this.#parts.emulator.call({ ...call, client: this.#clientAt(request.socket) });
    await this.#travel();
    if (fault?.kind === 'truncated') sendTruncated(response, answer);
    else if (fault?.kind === 'lose-answer') hangUp(response);
    else send(response, answer);
  }

  #meetFault(call: Call): Fault | undefined {
    const fault = this.#parts.faults.meet(call);
    if (fault === undefined) return undefined;
    const { kind, id } = fault;
    this.#parts.emulator.tellFault(call.token, { kind, faultId: id, method: call.method });
    return fault;
  }

  /** Whether the fault replaces the call; a delay, a cut and a lost answer do not. */
  async #isInsteadOfCall(fault: Fault, response: ServerResponse): Promise<boolean> {
    const answer = faultAnswer(fault);
    if (answer !== undefined) {
      await this.#travel();
      send(response, answer);
      return true;
    }
    if (fault.kind === 'delay') await this.#sleep(fault.delayMs ?? delayDefaultMs);
    if (fault.kind === '502-html') sendNginxPage(response);
    if (fault.kind === 'reset') reset(response);
    return ['502-html', 'reset', 'hang'].includes(fault.kind);
  }

  #clientAt(socket: Socket): PollClient {
    const known = this.#clients.get(socket);
    if (known !== undefined) return known;
    const gone = new AbortController();
    if (socket.destroyed) gone.abort();
    else socket.once('close', () => gone.abort());
    const client = { name: `${socket.remoteAddress}:${socket.remotePort}`, gone: gone.signal };
    this.#clients.set(socket, client);
    return client;
  }

  async #travel(): Promise<void> {
    if (this.#parts.latencyMs > 0) await this.#sleep(this.#parts.latencyMs / 2);
  }

  #sleep(delayMs: number): Promise<void> {
    return this.#parts.clock.sleep(delayMs, this.#parts.emulator.closing);
  }
}

/** Token and method of a path `/bot<token>[/test]/<method>`; the method may come as an argument instead. */
function readTarget(path: string, args: Arguments): { token: string; method: string } | undefined {
  const match = /^\/bot([^/]*)(?:\/test)?\/(.*)$/.exec(decode(path));
  if (match === null) return undefined;
  const [, token = '', method = ''] = match;
  return { token, method: method === '' ? args.text('method') : method };
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
