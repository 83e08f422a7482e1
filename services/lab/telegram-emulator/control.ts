/**
 * The `/emulator/…` calls: how a test or the lab controls the emulator and reads its state.
 *
 * | call | does |
 * | --- | --- |
 * | `POST /emulator/updates {token, update \| updates:[…]}` | queues them; `result` holds each id, or null |
 * | `POST /emulator/files?token=…&kind=…[&name=…]`, the file as body | keeps a person's file; `result` holds the fields of a message with it |
 * | `POST /emulator/faults {token?, method?, chatId?, kind, retryAfter?, delayMs?, times?}` | sets or clears faults |
 * | `GET /emulator/faults` | the active faults |
 * | `POST /emulator/people {token, act, user, …}` | somebody reacts, votes, pays, …; see `people-acts.ts` |
 * | `GET /emulator/state?token=…[&messages=N]` | see `state.ts`, plus the bot's active faults |
 * | `GET /emulator/events[?token=…]` | the events as they happen (SSE); `Last-Event-ID` resumes; see `events.ts` |
 *
 * Answers have the Bot API's own shape. A request is accepted whole or not at all: one bad update refuses all.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseJsonObject } from './arguments.ts';
import { type PushedUpdate, readPushedUpdate } from './bot.ts';
import { botId, type Emulator } from './emulator.ts';
import {
  type ApiAnswer,
  BotApiRefusal,
  invalidToken,
  refusal,
  refuse,
  succeed,
  tooManyRequests,
} from './errors.ts';
import type { EmulatorEvent } from './events.ts';
import { type Fault, type Faults, readFaultRequest } from './faults.ts';
import { readPersonsFile } from './files/new-file.ts';
import { readAct } from './people-acts.ts';

/** A listener that leaves this much unread is disconnected. */
const unreadBytesMax = 2 ** 20;

export interface ControlRequest {
  readonly verb: string;
  readonly path: string;
  readonly searchParams: URLSearchParams;
  readonly body: Buffer;
}

export class Control {
  readonly #emulator: Emulator;
  readonly #faults: Faults;

  constructor({ emulator, faults }: { emulator: Emulator; faults: Faults }) {
    this.#emulator = emulator;
    this.#faults = faults;
  }

  answer(request: ControlRequest): ApiAnswer {
    switch (`${request.verb} ${request.path}`) {
      case 'POST /emulator/updates':
        return this.#push(parseJsonObject(request.body));
      case 'POST /emulator/files':
        return this.#addFile(request);
      case 'POST /emulator/faults':
        return this.#addFault(parseJsonObject(request.body));
      case 'GET /emulator/faults':
        return succeed(this.#faults.active.map(withoutToken));
      case 'POST /emulator/people':
        return this.#act(parseJsonObject(request.body));
      case 'GET /emulator/state':
        return this.#state(request.searchParams);
      default:
        return refuse(404, 'Not Found: no such /emulator call');
    }
  }

  /** Leaves the answer open and writes each event to it. */
  stream(request: IncomingMessage, response: ServerResponse, searchParams: URLSearchParams): void {
    const token = searchParams.get('token');
    const wantedBot = token === null ? undefined : botId(token);
    if (token !== null && wantedBot === undefined) {
      response.writeHead(401, { 'content-type': 'application/json' }).end(invalidToken.body);
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(': events of the emulator\n\n');
    const write = (event: EmulatorEvent): void => {
      if (wantedBot !== undefined && event.botId !== wantedBot) return;
      if (response.writableLength > unreadBytesMax) response.destroy();
      else response.write(`id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    };
    const lastSeen = Number(request.headers['last-event-id']);
    if (Number.isInteger(lastSeen)) for (const event of this.#emulator.events.since(lastSeen)) write(event);
    response.on('close', this.#emulator.events.listen(write));
  }

  #push(body: Record<string, unknown> | undefined): ApiAnswer {
    if (body === undefined)
      return refuse(400, 'Bad Request: expected a JSON object {token, update | updates:[…]}');
    const token = body['token'];
    if (typeof token !== 'string' || botId(token) === undefined) return invalidToken;
    const given = body['updates'] ?? (body['update'] === undefined ? undefined : [body['update']]);
    if (!Array.isArray(given)) return refuse(400, 'Bad Request: expected update, or updates as an array');
    const updates: PushedUpdate[] = [];
    for (const [index, value] of given.entries()) {
      const update = readPushedUpdate(value);
      if (typeof update === 'string') return refuse(400, `Bad Request: updates[${index}]: ${update}`);
      updates.push(update);
    }
    const result = this.#emulator.push(token, updates);
    return result === undefined ? tooManyRequests(60) : succeed(result);
  }

  #addFile({ searchParams, body }: ControlRequest): ApiAnswer {
    const token = searchParams.get('token') ?? '';
    if (botId(token) === undefined) return invalidToken;
    const file = readPersonsFile(searchParams, body);
    if (typeof file === 'string') return refuse(400, `Bad Request: ${file}`);
    try {
      const content = this.#emulator.addFile(token, file);
      return content === undefined ? tooManyRequests(60) : succeed(content);
    } catch (error) {
      if (error instanceof BotApiRefusal) return refusal(error);
      throw error;
    }
  }

  #addFault(body: Record<string, unknown> | undefined): ApiAnswer {
    const request = readFaultRequest(body);
    if (typeof request === 'string') return refuse(400, `Bad Request: ${request}`);
    const fault = this.#faults.add(request);
    return succeed(fault === undefined ? { kind: 'none' } : withoutToken(fault));
  }

  #act(body: Record<string, unknown> | undefined): ApiAnswer {
    if (body === undefined) return refuse(400, 'Bad Request: expected a JSON object {token, act, user, …}');
    const token = body['token'];
    if (typeof token !== 'string' || botId(token) === undefined) return invalidToken;
    const act = readAct(body);
    if (typeof act === 'string') return refuse(400, `Bad Request: ${act}`);
    return this.#emulator.act(token, act);
  }

  #state(searchParams: URLSearchParams): ApiAnswer {
    const token = searchParams.get('token');
    if (token === null)
      return refuse(400, 'Bad Request: token is missing: GET /emulator/state?token=<token>');
    if (botId(token) === undefined) return invalidToken;
    const messages = Number(searchParams.get('messages') ?? Number.NaN);
    const state = this.#emulator.state(token, Number.isNaN(messages) ? {} : { messages });
    if (state === undefined) return tooManyRequests(60);
    const faults = this.#faults.active.filter((fault) => fault.token === undefined || fault.token === token);
    return succeed({ ...state, faults: faults.map(withoutToken) });
  }
}

function withoutToken({ token, ...fault }: Fault): Record<string, unknown> {
  return { ...fault, botId: token === undefined ? undefined : botId(token) };
}
