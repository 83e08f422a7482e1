/**
 * The Bot API over `fetch`: for polling, and for the functions, which should start without loading a bot library.
 *
 * Guarantees: a deadline on every call, body included; one attempt per call (the caller decides about retries);
 * no token in any error, not even in one that `fetch` throws. A 5xx, an HTML page and a truncated body are all
 * "unreachable"; any other answer with `ok: false` is a refusal.
 */

import {
  type BotApi,
  BotApiRefusedError,
  BotApiUnreachableError,
  type CallOptions,
} from '../../core/platform/bot-api.ts';
import { cutText } from '../../core/platform/foreign-text.ts';
import { type Redact, redactor } from '../../core/platform/redaction.ts';
import { reasonOf } from '../error-description.ts';

/** The Bot API's own are one short sentence. */
const descriptionLengthMax = 300;

interface BotApiAnswer {
  readonly ok?: unknown;
  readonly result?: unknown;
  readonly error_code?: unknown;
  readonly description?: unknown;
  readonly parameters?: { readonly retry_after?: unknown };
}

export interface BotApiOptions {
  readonly apiRoot: string;
  readonly token: string;
  /** A new connection for each call: a function is frozen between runs, and a kept connection may be dead by then. */
  readonly freshConnections?: boolean;
}

export function fetchBotApi({ apiRoot, token, freshConnections = false }: BotApiOptions): BotApi {
  const redact = redactor([token]);
  const headers = {
    'content-type': 'application/json',
    ...(freshConnections ? { connection: 'close' } : {}),
  };

  async function exchange(
    method: string,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    const response = await fetch(`${apiRoot}/bot${token}/${method}`, {
      method: 'POST',
      headers,
      body,
      signal,
      redirect: 'error',
    });
    return { status: response.status, text: await response.text() };
  }

  return {
    async call<Result>(method: string, parameters: Readonly<Record<string, unknown>>, options: CallOptions) {
      const deadline = AbortSignal.timeout(options.timeoutMs);
      const signal = options.signal ? AbortSignal.any([options.signal, deadline]) : deadline;
      let reply: { status: number; text: string };
      try {
        reply = await exchange(method, JSON.stringify(parameters), signal);
      } catch (error) {
        const reason = deadline.aborted ? `no answer within ${options.timeoutMs} ms` : reasonOf(error);
        throw new BotApiUnreachableError(method, redact(reason), {
          aborted: options.signal?.aborted ?? false,
          cause: new Error(redact(reasonOf(error))),
        });
      }
      return readResult(method, reply, redact) as Result;
    },
  };
}

/** A server or a gateway may name the path of the request, token included, in its refusal. */
function readResult(
  method: string,
  { status, text }: { status: number; text: string },
  redact: Redact,
): unknown {
  const answer = parse(text);
  if (answer?.ok === true) return answer.result;
  if (answer?.ok !== false || status >= 500) {
    const cause = new Error(`HTTP ${status}, ${text.length} characters`);
    throw new BotApiUnreachableError(method, `HTTP ${status} without a usable answer`, {
      aborted: false,
      cause,
    });
  }
  const retryAfter = answer.parameters?.retry_after;
  throw new BotApiRefusedError(method, {
    status: typeof answer.error_code === 'number' ? answer.error_code : status,
    description:
      typeof answer.description === 'string'
        ? cutText(redact(answer.description), descriptionLengthMax)
        : 'no description',
    retryAfterSeconds: typeof retryAfter === 'number' && retryAfter >= 0 ? retryAfter : undefined,
  });
}

function parse(text: string): BotApiAnswer | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
