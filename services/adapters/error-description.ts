/**
 * Describes whatever was thrown, for a log line and for a one-line reason.
 *
 * Guarantees: never throws and never writes to the error, however odd it is (frozen, a getter that throws, a proxy, a
 * circle, no prototype, no error at all). Each text is redacted before it is shortened or serialised. Inner errors of
 * an AggregateError are listed; of a long chain of causes the first ones and the last, the root, are shown.
 * Does not guarantee to show a property of the error other than its class, message, code and stack.
 */
import { inspect } from 'node:util';
import { cutText } from '../core/platform/foreign-text.ts';
import type { Redact } from '../core/platform/redaction.ts';

export interface ErrorDescription {
  readonly name: string;
  readonly message: string;
  readonly code?: string | number;
  readonly stack?: string;
  readonly errors?: readonly ErrorDescription[];
  readonly cause?: ErrorDescription;
  /** The last of a chain of causes that is too long to show whole. */
  readonly rootCause?: ErrorDescription;
}

const causesMax = 5;
const innerErrorsMax = 10;
const nestingMax = 3;
/** Bounds the walk to the root: a getter may invent causes for ever. */
const chainMax = 1000;
const textMax = 8000;
const unreadable = '(unreadable)';

export function describeError(thrown: unknown, redact: Redact): ErrorDescription {
  return describe(thrown, redact, 0);
}

/** One line with the reason that the causes and inner errors give: `fetch` itself says only "fetch failed". */
export function reasonOf(thrown: unknown): string {
  const said = (description: ErrorDescription): readonly string[] => [
    description.message,
    ...(description.errors ?? []).flatMap(said),
    ...(description.cause === undefined ? [] : said(description.cause)),
    ...(description.rootCause === undefined ? [] : said(description.rootCause)),
  ];
  const description = describe(thrown, (text) => text, 0);
  const [first = '', ...reasons] = [...new Set(said(description))].filter((text) => text !== '');
  if (first === '') return String(description.code ?? description.name);
  return reasons.length === 0 ? first : `${first}: ${reasons.join('; ')}`;
}

function describe(thrown: unknown, redact: Redact, nesting: number): ErrorDescription {
  if (!isErrorLike(thrown)) return notAnError(thrown, redact);
  const { shown, root } = chainOf(thrown);
  return shown.reduceRight<ErrorDescription | undefined>((cause, link, index) => {
    if (!isErrorLike(link)) return notAnError(link, redact);
    const rootCause = root !== undefined && index === shown.length - 1 ? root : undefined;
    return {
      ...ownDescription(link, redact, nesting),
      ...(cause === undefined ? {} : { cause }),
      ...(rootCause === undefined ? {} : { rootCause: onlyItself(rootCause, redact, nesting) }),
    };
  }, undefined) as ErrorDescription;
}

/** The first links of the chain of causes, and the last one if it is not among them. */
function chainOf(thrown: object): { shown: readonly unknown[]; root: unknown } {
  const chain = new Set<unknown>();
  let link: unknown = thrown;
  while (link !== undefined && link !== null && !chain.has(link) && chain.size < chainMax) {
    chain.add(link);
    link = read(link, 'cause');
  }
  const links = [...chain];
  return {
    shown: links.slice(0, causesMax + 1),
    root: links.length > causesMax + 1 ? links.at(-1) : undefined,
  };
}

function onlyItself(thrown: unknown, redact: Redact, nesting: number): ErrorDescription {
  return isErrorLike(thrown) ? ownDescription(thrown, redact, nesting) : notAnError(thrown, redact);
}

function ownDescription(error: object, redact: Redact, nesting: number): ErrorDescription {
  const code = read(error, 'code');
  const stack = read(error, 'stack');
  const inner = nesting < nestingMax ? innerErrors(error) : [];
  return {
    name: shortened(redact(className(error))),
    message: shortened(redact(asText(read(error, 'message')))),
    ...(typeof code === 'number'
      ? { code }
      : typeof code === 'string'
        ? { code: shortened(redact(code)) }
        : {}),
    ...(typeof stack === 'string' ? { stack: shortened(redact(stack)) } : {}),
    ...(inner.length === 0 ? {} : { errors: inner.map((each) => describe(each, redact, nesting + 1)) }),
  };
}

function innerErrors(error: object): readonly unknown[] {
  const errors = read(error, 'errors');
  try {
    return Array.isArray(errors) ? errors.slice(0, innerErrorsMax) : [];
  } catch {
    return [];
  }
}

/** A class that extends Error without setting `name` still has its own name. */
function className(error: object): string {
  const name = asText(read(error, 'name'));
  const constructorName = read(read(error, 'constructor'), 'name');
  const isGeneric = name === '' || name === 'Error' || name === 'undefined';
  return isGeneric && typeof constructorName === 'string' && constructorName !== '' ? constructorName : name;
}

function notAnError(thrown: unknown, redact: Redact): ErrorDescription {
  const name = thrown === null ? 'null' : typeof thrown;
  return { name, message: shortened(redact(asText(thrown))) };
}

function isErrorLike(thrown: unknown): thrown is object {
  try {
    if (thrown instanceof Error) return true;
  } catch {
    // A proxy may refuse even this question.
  }
  return typeof thrown === 'object' && thrown !== null && typeof read(thrown, 'message') === 'string';
}

function read(from: unknown, name: string): unknown {
  if ((typeof from !== 'object' && typeof from !== 'function') || from === null) return undefined;
  try {
    return (from as Readonly<Record<string, unknown>>)[name];
  } catch {
    return name === 'cause' || name === 'errors' ? undefined : unreadable;
  }
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  try {
    return inspect(value, { depth: 2, customInspect: false, breakLength: Number.POSITIVE_INFINITY });
  } catch {
    return unreadable;
  }
}

function shortened(text: string): string {
  return cutText(text, textMax);
}
