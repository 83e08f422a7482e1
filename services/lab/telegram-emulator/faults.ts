/**
 * Faults on calls, to see how a client handles them.
 *
 * A fault matches by token, method and chat if these are given. It is met `times` times, or until it is cleared. Each call
 * meets the oldest fault that matches. A fault of kind `none` clears: those of its token, method and chat, or all.
 */
import type { Arguments } from './arguments.ts';
import { isObject } from './arguments.ts';
import { type ApiAnswer, conflictTexts, notFound, refuse, rejectedToken, tooManyRequests } from './errors.ts';

/** Each kind, and what it does. */
export const faultKinds = {
  '429': 'Too Many Requests with retryAfter seconds (default 1)',
  '500': 'Internal Server Error as JSON',
  '502-html': 'nginx HTML instead of JSON',
  '401': 'token rejected',
  '404-token': 'token rejected, as the public service says it',
  '409': 'the conflict text, at once',
  '403-blocked': 'the chat has blocked the bot (calls with a chat_id)',
  '400-chat-not-found': 'the chat does not exist (calls with a chat_id)',
  truncated: 'the call is done; the answer ends before its Content-Length',
  'lose-answer': 'the call is done; the connection ends without an answer',
  hang: 'never answered, not done',
  reset: 'connection reset, not done',
  delay: 'done after delayMs milliseconds (default 1000)',
} as const;

type FaultKind = keyof typeof faultKinds;

export interface FaultRequest {
  readonly token?: string | undefined;
  readonly method?: string | undefined;
  readonly chatId?: number | undefined;
  readonly kind: FaultKind | 'none';
  readonly retryAfter?: number | undefined;
  readonly delayMs?: number | undefined;
  /** How many calls meet it; without it, all until cleared. */
  readonly times?: number | undefined;
}

export interface Fault extends FaultRequest {
  readonly id: number;
  readonly kind: FaultKind;
  met: number;
}

const aliases: Readonly<Record<string, FaultKind>> = {
  '400': '400-chat-not-found',
  '403': '403-blocked',
  '404': '404-token',
  '502': '502-html',
  blocked: '403-blocked',
  unknown: '400-chat-not-found',
};
const faultsMax = 10_000;
const retryAfterDefaultSeconds = 1;

export class Faults {
  #faults: Fault[] = [];
  #lastId = 0;

  get active(): readonly Fault[] {
    return this.#faults;
  }

  add(request: FaultRequest): Fault | undefined {
    const { kind } = request;
    if (kind === 'none') {
      this.#faults = this.#faults.filter((fault) => !isCleared(fault, request));
      return undefined;
    }
    this.#lastId += 1;
    const fault = { ...request, kind, id: this.#lastId, met: 0 };
    if (fault.times !== 0) this.#faults.push(fault);
    if (this.#faults.length > faultsMax) this.#faults.shift();
    return fault;
  }

  /** The fault that this call meets; counts the call. */
  meet(call: { token: string; method: string; args: Arguments }): Fault | undefined {
    if (this.#faults.length === 0) return undefined;
    const fault = this.#faults.find((candidate) => matches(candidate, call));
    if (fault === undefined) return undefined;
    fault.met += 1;
    if (fault.met === fault.times) this.#faults = this.#faults.filter((other) => other !== fault);
    return fault;
  }
}

/** The answer that the fault itself gives; undefined for other kinds of fault. */
export function faultAnswer({ kind, retryAfter }: Fault): ApiAnswer | undefined {
  switch (kind) {
    case '429':
      return tooManyRequests(retryAfter ?? retryAfterDefaultSeconds);
    case '500':
      return refuse(500, 'Internal Server Error');
    case '401':
      return rejectedToken;
    case '404-token':
      return notFound;
    case '409':
      return refuse(409, conflictTexts.otherPoll);
    case '403-blocked':
      return refuse(403, 'Forbidden: bot was blocked by the user');
    case '400-chat-not-found':
      return refuse(400, 'Bad Request: chat not found');
    default:
      return undefined;
  }
}

/** Reads a request; returns one line if it is invalid. */
export function readFaultRequest(value: unknown): FaultRequest | string {
  if (!isObject(value))
    return 'expected a JSON object {token?, method?, chatId?, kind, retryAfter?, delayMs?, times?}';
  const kind = readKind(value['kind']);
  if (kind === undefined) {
    const kinds = [...Object.keys(faultKinds), 'none'].join(', ');
    return `kind: expected one of ${kinds}; got ${JSON.stringify(value['kind'])}`;
  }
  const numbers = ['chatId', 'chat_id', 'retryAfter', 'retry_after', 'delayMs', 'times'].find(
    (name) => value[name] !== undefined && value[name] !== null && !Number.isFinite(Number(value[name])),
  );
  if (numbers !== undefined) return `${numbers}: expected a number, got ${JSON.stringify(value[numbers])}`;
  const number = (name: string): number | undefined =>
    value[name] === undefined || value[name] === null ? undefined : Number(value[name]);
  const text = (name: string): string | undefined => (value[name] ? String(value[name]) : undefined);
  return {
    token: text('token'),
    method: text('method'),
    chatId: number('chatId') ?? number('chat_id'),
    kind,
    retryAfter: number('retryAfter') ?? number('retry_after'),
    delayMs: number('delayMs'),
    times: number('times'),
  };
}

function readKind(value: unknown): FaultKind | 'none' | undefined {
  const name = String(value);
  if (name === 'none') return name;
  if (Object.hasOwn(faultKinds, name)) return name as FaultKind;
  return Object.hasOwn(aliases, name) ? aliases[name] : undefined;
}

function matches(fault: Fault, call: { token: string; method: string; args: Arguments }): boolean {
  const chatId = call.args.text('chat_id');
  const aboutChat = fault.kind === '403-blocked' || fault.kind === '400-chat-not-found';
  return (
    (fault.token === undefined || fault.token === call.token) &&
    (fault.method === undefined || fault.method.toLowerCase() === call.method.toLowerCase()) &&
    (fault.chatId === undefined || String(fault.chatId) === chatId) &&
    (!aboutChat || chatId !== '')
  );
}

function isCleared(fault: Fault, by: FaultRequest): boolean {
  return (
    (by.token === undefined || by.token === fault.token) &&
    (by.method === undefined || by.method.toLowerCase() === fault.method?.toLowerCase()) &&
    (by.chatId === undefined || by.chatId === fault.chatId)
  );
}
