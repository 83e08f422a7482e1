/**
 * Reads a request from the path, query and body of an HTTP request.
 *
 * Tested by: test/lab/redis-rest/rest-refusals.test.ts
 */
import type { Topic } from './backend.ts';
import { type Bytes, bytesOfText } from './store/bytes.ts';

export type RestRequest =
  | { readonly kind: 'command'; readonly command: readonly Bytes[] }
  | { readonly kind: 'pipeline' | 'multi-exec'; readonly commands: readonly (readonly Bytes[])[] }
  | { readonly kind: 'listen'; readonly topic: Topic };

/** A client's mistake: answered with 400 and this message. */
export class BadRequestError extends Error {
  override readonly name = 'BadRequestError';
  readonly code = 'BAD_REST_REQUEST';
}

export interface HttpParts {
  readonly method: string;
  /** Path and query, as in the request line. */
  readonly target: string;
  readonly body: Buffer;
}

/** A client may authenticate itself in the query with this parameter. */
export const tokenParameter = '_token';

/** Throws `BadRequestError`. */
export function readRestRequest({ method, target, body }: HttpParts): RestRequest {
  const { segments, query } = readTarget(target);
  const [first, ...names] = segments;
  if (first === undefined)
    return { kind: 'command', command: readCommand(parseJson(body), 'ERR empty command') };
  const route = first.toLowerCase();
  if ((route === 'pipeline' || route === 'multi-exec') && names.length === 0) {
    return { kind: route, commands: readCommands(parseJson(body)) };
  }
  if (route === 'subscribe' || route === 'psubscribe') {
    if (names.length === 0) throw new BadRequestError(`ERR wrong number of arguments for '${route}' command`);
    return { kind: 'listen', topic: { kind: route, names } };
  }
  if (route === 'monitor') return { kind: 'listen', topic: { kind: 'monitor' } };
  const fromBody = method === 'POST' || method === 'PUT' ? bodyArgument(body) : [];
  return { kind: 'command', command: [...segments, ...fromBody, ...query] };
}

function bodyArgument(body: Buffer): Bytes[] {
  return body.length === 0 ? [] : [body.toString('latin1')];
}

function readTarget(target: string): { segments: Bytes[]; query: Bytes[] } {
  const queryStart = target.indexOf('?');
  const path = (queryStart < 0 ? target : target.slice(0, queryStart)).replace(/^\/+/, '');
  let segments: string[];
  try {
    segments = path === '' ? [] : path.split('/').map(decodeURIComponent);
  } catch {
    throw new BadRequestError('ERR the path is not a valid percent-encoded text');
  }
  const parameters = new URLSearchParams(queryStart < 0 ? '' : target.slice(queryStart));
  const query: Bytes[] = [];
  for (const [name, value] of parameters) {
    if (name === tokenParameter) continue;
    query.push(bytesOfText(name));
    if (value !== '') query.push(bytesOfText(value));
  }
  return { segments: segments.map(bytesOfText), query };
}

const notAnArray = 'ERR failed to parse the request: expected JSON array';

function parseJson(body: Buffer): unknown {
  if (body.length === 0) throw new BadRequestError('ERR empty command');
  try {
    const text = body.toString('utf8');
    const json: unknown = JSON.parse(text);
    return holdsNumber(json) ? JSON.parse(text, keepDigits) : json;
  } catch {
    throw new BadRequestError(notAnArray);
  }
}

function holdsNumber(json: unknown): boolean {
  return Array.isArray(json) ? json.some(holdsNumber) : typeof json === 'number';
}

/** Keeps a number's digits as they were sent: 12345678901234567890 must not be rounded. */
function keepDigits(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' ? (context?.source ?? String(value)) : value;
}

function readCommands(json: unknown): Bytes[][] {
  if (!Array.isArray(json)) throw new BadRequestError(notAnArray);
  if (json.length === 0) throw new BadRequestError('ERR empty pipeline');
  return json.map((command: unknown) => readCommand(command, 'ERR empty pipeline command'));
}

function readCommand(json: unknown, whenEmpty: string): Bytes[] {
  if (!Array.isArray(json)) throw new BadRequestError(notAnArray);
  if (json.length === 0) throw new BadRequestError(whenEmpty);
  return json.map((word: unknown) => {
    if (word === null) throw new BadRequestError('ERR null args are not supported');
    if (typeof word === 'string') return bytesOfText(word);
    if (typeof word === 'boolean') return String(word);
    throw new BadRequestError(
      'ERR failed to parse the request: expected only strings, numbers and booleans as arguments',
    );
  });
}
