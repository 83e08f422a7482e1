/**
 * The Bot API server of the lab, over HTTP.
 *
 * Guarantees: the 22 rules of the Bot API semantics note, for clients that send GET with a query string, or POST with a
 * query string, urlencoded, JSON or multipart body; downloads at `/file/bot<token>/<file_path>`; the `/emulator/…` calls of
 * `control.ts`.
 * Does not guarantee: persistence, flood limits, delivery to webhooks. It serves one machine: it listens on the
 * loopback address and does not authenticate.
 *
 * An optional latency is that of the round trip: half passes before a call is executed, half before its answer is sent.
 *
 * Tested by: test/lab/telegram-emulator/http.test.ts
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { systemClock } from '../../adapters/system-clock.ts';
import { systemRandom } from '../../adapters/system-random.ts';
import type { Clock } from '../../core/platform/clock.ts';
import type { Random } from '../../core/platform/random.ts';
import { guardedServer } from '../shared/guarded-server.ts';
import { listenOnLoopback, readBody } from '../shared/loopback-server.ts';
import { Arguments, readArguments } from './arguments.ts';
import { type PushedUpdate, readPushedUpdate } from './bot.ts';
import { Control } from './control.ts';
import { botId, Emulator } from './emulator.ts';
import { invalidToken, notFound, refuse } from './errors.ts';
import type { EventListener } from './events.ts';
import { type Fault, type FaultRequest, Faults, faultAnswer } from './faults.ts';
import type { StoredFile } from './files/file-store.ts';
import type { PersonsFile } from './files/new-file.ts';
import type { MessageContent } from './messages.ts';
import type { Act } from './people-acts.ts';
import type { PollClient } from './poll-log.ts';
import type { BotState } from './state.ts';
import { hangUp, reset, send, sendFile, sendNginxPage, sendTruncated } from './transport.ts';

const bodyBytesMax = 64 * 2 ** 20;
/** Longer than clients keep idle connections, so that none is closed during a request. */
const keepAliveMs = 120_000;
const delayDefaultMs = 1000;
const filePattern = /^\/file\/bot(?<token>[^/]*)(?:\/test)?\/(?<filePath>.+)$/;

export interface EmulatorOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly host?: string;
  readonly latencyMs?: number;
  readonly clock?: Clock;
  readonly random?: Random;
}

export interface RunningEmulator {
  readonly url: string;
  readonly port: number;
  /** Closes every connection, even those of open calls. */
  close(): Promise<void>;
  /** Returns the updates' ids, null for filtered or vanished ones; throws for a bad token or update. */
  pushUpdates(token: string, updates: readonly unknown[]): (number | null)[];
  /** Returns what came of it (see `people-acts.ts`); throws for a bad token, or if Telegram would refuse it. */
  act(token: string, act: Act): unknown;
  /**
   * Keeps a file that a person sends; returns the fields of a message with it, such as `{photo: […]}`. Throws
   * `BotApiRefusal` for a file that Telegram refuses.
   */
  addFile(token: string, file: PersonsFile): MessageContent;
  /** A stored file by its `file_id`. */
  file(token: string, fileId: string): StoredFile | undefined;
  setFault(request: FaultRequest): void;
  state(token: string): BotState;
  /** The number of unconfirmed updates: cheaper than `state`. */
  pendingCount(token: string): number;
  /** Returns a function that removes the listener. */
  onEvent(listener: EventListener): () => void;
}

/** Rejects with the server's error (`EADDRINUSE`, …) if it cannot listen. */
export async function startTelegramEmulator(options: EmulatorOptions = {}): Promise<RunningEmulator> {
  const { port = 0, host = '127.0.0.1', latencyMs = 0 } = options;
  const { clock = systemClock, random = systemRandom } = options;
  const emulator = new Emulator({ clock, random });
  const faults = new Faults();
  const service = new Service({ emulator, faults, clock, latencyMs });
  const listener: RequestListener = (request, response) => {
    service.handle(request, response).catch((error: unknown) => {
      send(
        response,
        refuse(500, `Internal Server Error: ${error instanceof Error ? error.message : 'unknown'}`),
      );
    });
  };
  const server = guardedServer(listener, { keepAliveTimeout: keepAliveMs, host });
  const listening = await listenOnLoopback(server, port, host);
  return {
    url: listening.url,
    port: listening.port,
    close() {
      emulator.close();
      return listening.close();
    },
    pushUpdates(token, updates) {
      const ids = emulator.push(token, updates.map(mustRead));
      if (ids === undefined) throw new TypeError('token: expected <digits>:<secret>');
      return ids;
    },
    act(token, act) {
      const { status, body } = emulator.act(token, act);
      const answer = JSON.parse(body) as { result?: unknown; description?: string };
      if (status !== 200) throw new TypeError(answer.description);
      return answer.result;
    },
    addFile(token, file) {
      const content = emulator.addFile(token, file);
      if (content === undefined) throw new TypeError('token: expected <digits>:<secret>');
      return content;
    },
    file: (token, id) => emulator.file(token, { id }),
    setFault: (request) => void faults.add(request),
    state(token) {
      const state = emulator.state(token);
      if (state === undefined) throw new TypeError('token: expected <digits>:<secret>');
      return state;
    },
    pendingCount: (token) => emulator.pendingCount(token),
    onEvent: (listener) => emulator.events.listen(listener),
  };
}

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

class Service {
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

function mustRead(value: unknown): PushedUpdate {
  const update = readPushedUpdate(value);
  if (typeof update === 'string') throw new TypeError(update);
  return update;
}
