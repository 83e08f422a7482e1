/**
 * How long one call of a handler to the Bot API may take, and what ends it.
 *
 * Guarantees: every call ends at its limit, and at once when the term is over: what still connects then cannot arrive
 * after the next leader has begun. The error says which of these happened, and names the method.
 * Does not guarantee: that Telegram did not carry out a call that was cut off.
 */
import { TermOverError } from '../../core/lease/errors.ts';
import { BotApiUnreachableError } from '../../core/platform/bot-api.ts';

/** Telegraf's own limit is 500 s, and a truncated answer makes it wait that long. */
export const callTimeoutMs = 20_000;
/** A file of 50 MB, the largest that the public Bot API takes, at 1.4 Mbit/s. */
export const uploadTimeoutMs = 300_000;

/** The part of an abort signal that both Node's and the `abort-controller` package's have. */
interface SignalLike {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

export interface CallLimits {
  readonly method: string;
  readonly payload: unknown;
  /** Aborts when the term is over. */
  readonly overSignal: AbortSignal;
  /** The handler's own signal for this call, if it gave one. */
  readonly ownSignal: SignalLike | undefined;
}

/** @throws TermOverError, BotApiUnreachableError at the limit, or what the call itself failed with */
export async function withinLimits<T>(
  { method, payload, overSignal, ownSignal }: CallLimits,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const isUpload = hasFile(payload);
  const limitMs = isUpload ? uploadTimeoutMs : callTimeoutMs;
  const limit = AbortSignal.timeout(limitMs);
  const end = abortedBy(limit, overSignal, ...(ownSignal === undefined ? [] : [ownSignal]));
  try {
    return await call(end.signal);
  } catch (error) {
    if (overSignal.aborted) throw new TermOverError(method);
    if (!limit.aborted) throw error;
    const what = isUpload ? 'the upload did not end' : 'no answer';
    const reason = `${what} within ${limitMs / 1000} s`;
    throw new BotApiUnreachableError(method, reason, { aborted: false, cause: undefined });
  } finally {
    end.dispose();
  }
}

/** Aborts with the first of these. Unlike `AbortSignal.any` it leaves nothing behind on a signal that lives for long. */
function abortedBy(...signals: readonly SignalLike[]): { readonly signal: AbortSignal; dispose(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of signals) {
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort);
  }
  return {
    signal: controller.signal,
    dispose: () => {
      for (const signal of signals) signal.removeEventListener('abort', abort);
    },
  };
}

/** Whether Telegraf sends a file with this call: from a path, a buffer or a stream, or fetched from an address first. */
export function hasFile(payload: unknown): boolean {
  const values = isObject(payload) ? Object.entries(payload) : [];
  return values.some(
    ([name, value]) => !linkFields.has(name) && (Array.isArray(value) ? value : [value]).some(holdsFile),
  );
}

/** Their addresses are links for people. */
const linkFields: ReadonlySet<string> = new Set(['reply_markup', 'link_preview_options']);

function holdsFile(value: unknown): boolean {
  if (!isObject(value)) return false;
  return [value, value['media'], value['thumb'], value['thumbnail']].some(isFile);
}

/** An entity of a text and an inline result have an address too, but also a type. */
function isFile(value: unknown): boolean {
  return isObject(value) && ('source' in value || ('url' in value && !('type' in value)));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
