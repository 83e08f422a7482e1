/**
 * The arguments of a call, read as leniently as the real server reads them.
 *
 * Every argument is text, however it came: a JSON body's strings are used as they are and its other values as their JSON
 * text, so `"limit": null` is the text `null`, which is the integer 0. Names are case-sensitive; the first of equal names
 * wins, and the query string comes before the body. A body of another type has no arguments.
 * Source: rule 1 of the semantics note; td's `to_integer`, `to_bool` and `HttpReader`.
 */
import { readJsonArguments } from './json-arguments.ts';
import { parseMultipart, type UploadedFile } from './multipart.ts';

export class Arguments {
  readonly #values: ReadonlyMap<string, string>;
  readonly #files: ReadonlyMap<string, UploadedFile>;

  constructor(values: ReadonlyMap<string, string>, files: ReadonlyMap<string, UploadedFile> = new Map()) {
    this.#values = values;
    this.#files = files;
  }

  static of(values: Readonly<Record<string, unknown>>, files?: ReadonlyMap<string, UploadedFile>): Arguments {
    return new Arguments(new Map(jsonPairs(values)), files);
  }

  /** The fields of an object within an argument, with the files of this call. */
  within(object: Readonly<Record<string, unknown>>): Arguments {
    return new Arguments(new Map(jsonPairs(object)), this.#files);
  }

  /** For methods that do not know the arguments of those that they are made of. */
  without(...names: readonly string[]): Arguments {
    const kept = [...this.#values].filter(([name]) => !names.includes(name));
    return new Arguments(new Map(kept), this.#files);
  }

  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The empty text if absent: the real server does not distinguish the two. */
  text(name: string): string {
    return this.#values.get(name) ?? '';
  }

  /** A file of a multipart body, by the name of its part. */
  file(name: string): UploadedFile | undefined {
    return this.#files.get(name);
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

/** Reads query string and body; returns the refusal of a malformed multipart body. */
export function readArguments({ searchParams, contentType, body }: RequestParts): Arguments | string {
  const values = new Map<string, string>();
  const add = (pairs: Iterable<readonly [string, string]>): void => {
    for (const [name, value] of pairs) if (!values.has(name)) values.set(name, value);
  };
  add(searchParams);
  const type = contentType.toLowerCase();
  if (body.length === 0) return new Arguments(values);
  if (type.includes('multipart/form-data')) {
    const form = parseMultipart(contentType, body);
    if (typeof form === 'string') return form;
    add(form.fields);
    return new Arguments(values, form.files);
  }
  if (type.includes('application/x-www-form-urlencoded')) {
    add(new URLSearchParams(body.toString('utf8')));
  } else if (type.includes('application/json')) {
    add(readJsonArguments(body.toString('utf8')));
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
