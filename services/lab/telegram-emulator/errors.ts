/**
 * The answers to Bot API calls, and the refusals in the real server's words.
 *
 * Guarantees: the shape `{"ok":false,"error_code":N,"description":"…","parameters":{…}}` with HTTP status N; for 429, the
 * description, `parameters.retry_after` and `Retry-After` name the same number.
 * Source: rules 13, 14, 21 and 22 of the Bot API semantics note; telegram-bot-api's `Query.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/faults.test.ts
 */
export interface ApiAnswer {
  readonly status: number;
  /** The JSON text as it goes over the wire. */
  readonly body: string;
  readonly retryAfterSeconds?: number;
}

export type ErrorParameters = Readonly<Record<string, number>>;

/** Thrown by a method that refuses its call; `refusal()` turns it into the answer. */
export class BotApiRefusal extends Error {
  readonly code = 'BOT_API_REFUSAL';
  readonly status: number;

  constructor(status: number, description: string) {
    super(description);
    this.name = 'BotApiRefusal';
    this.status = status;
  }
}

export function badRequest(what: string): BotApiRefusal {
  return new BotApiRefusal(400, `Bad Request: ${what}`);
}

export function succeed(result: unknown, description?: string): ApiAnswer {
  return succeedWithJson(JSON.stringify(result), description);
}

/** For results that are JSON text already: the updates of a poll are not parsed again. */
export function succeedWithJson(resultJson: string, description?: string): ApiAnswer {
  const tail = description === undefined ? '' : `,"description":${JSON.stringify(description)}`;
  return { status: 200, body: `{"ok":true,"result":${resultJson}${tail}}` };
}

export function refuse(status: number, description: string, parameters?: ErrorParameters): ApiAnswer {
  return { status, body: JSON.stringify({ ok: false, error_code: status, description, parameters }) };
}

export function refusal(error: BotApiRefusal): ApiAnswer {
  return refuse(error.status, error.message);
}

export function tooManyRequests(retryAfterSeconds: number): ApiAnswer {
  const description = `Too Many Requests: retry after ${retryAfterSeconds}`;
  return { ...refuse(429, description, { retry_after: retryAfterSeconds }), retryAfterSeconds };
}

export const conflictTexts = {
  otherPoll:
    'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
  setWebhook: 'Conflict: terminated by setWebhook request',
  webhookActive:
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
} as const;

export const invalidToken = refuse(401, 'Unauthorized: invalid token specified');
export const rejectedToken = refuse(401, 'Unauthorized');
export const notFound = refuse(404, 'Not Found');
export const methodNotFound = refuse(404, 'Not Found: method not found');
