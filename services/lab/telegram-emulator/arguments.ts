/**
 * The arguments of a call, read as leniently as the real server reads them.
 *
 * Every argument is text, however it came: a JSON body's strings are used as they are and its other values as their JSON
 * text, so `"limit": null` is the text `null`, which is the integer 0. Names are case-sensitive; the first of equal names
 * wins, and the query string comes before the body.
 * Source: rule 1 of the semantics note; td's `to_integer`, `to_bool` and `HttpReader`.
 */
import { parseMultipart } from './multipart.ts';

export class Arguments {
  readonly #values: ReadonlyMap<string, string>;

  constructor(values: ReadonlyMap<string, string>) {
    this.#values = values;
  }

  static of(values: Readonly<Record<string, unknown>>): Arguments {
    return new Arguments(new Map(jsonPairs(values)));
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The empty text if absent: the real server does not distinguish the two. */
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  integer(name: string, bounds: { absent: number; min?: number; max?: number }): number {
    const text = this.text(name);
    const value = text === '' ? bounds.absent : leadingInteger(text);
    return Math.min(Math.max(value, bounds.min ?? -(2 ** 31)), bounds.max ?? 2 ** 31 - 1);
  }

  flag(name: string): boolean {
    return ['true', 'yes', '1'].includes(this.text(name).trim().toLowerCase());
  }

  /** The parsed JSON value, or undefined if the text is not JSON. */
  json(name: string): unknown {
    try {
      return JSON.parse(this.text(name));
    } catch {
      return undefined;
    }
  }
}

/** The leading digits of a text, as a 32-bit integer that wraps; 0 without digits. */
export function leadingInteger(text: string): number {
  const negative = text.startsWith('-');
  let value = 0;
  for (let index = negative ? 1 : 0; index < text.length; index += 1) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) break;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return (negative ? -value : value) | 0;
}

export interface RequestParts {
  readonly searchParams: URLSearchParams;
  readonly contentType: string;
  readonly body: Buffer;
}

/** Reads query string and body; returns an error text if a JSON body is invalid. */
export function readArguments({ searchParams, contentType, body }: RequestParts): Arguments | string {
  const values = new Map<string, string>();
  const add = (pairs: Iterable<readonly [string, string]>): void => {
    for (const [name, value] of pairs) if (!values.has(name)) values.set(name, value);
  };
  add(searchParams);
  const type = contentType.toLowerCase();
  if (body.length === 0) return new Arguments(values);
  if (type.includes('application/json')) {
    const object = parseJsonObject(body);
    if (object === undefined) return "Bad Request: can't parse JSON object";
    add(jsonPairs(object));
  } else if (type.includes('multipart/form-data')) {
    const pairs = parseMultipart(contentType, body);
    if (pairs === undefined) return 'Bad Request: boundary not found';
    add(pairs);
  } else if (type.includes('application/x-www-form-urlencoded')) {
    add(new URLSearchParams(body.toString('utf8')));
  }
  return new Arguments(values);
}

export function parseJsonObject(body: Buffer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function jsonPairs(object: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]);
}
