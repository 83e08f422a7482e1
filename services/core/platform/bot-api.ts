/**
 * The port to the Bot API for everything but the handlers, and its two errors.
 *
 * Source of the error format: the Bot API's `{"ok":false,"error_code":N,"description":"…","parameters":{…}}`.
 */
export interface BotIdentity {
  readonly id: number;
  readonly username: string;
}

export interface CallOptions {
  /** Time limit for the whole answer, body included. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface BotApi {
  /**
   * Calls one method and returns its `result`.
   * @throws BotApiRefusedError when the server answered `ok: false`
   * @throws BotApiUnreachableError when no usable answer came
   */
  call<Result>(
    method: string,
    parameters: Readonly<Record<string, unknown>>,
    options: CallOptions,
  ): Promise<Result>;
}

/** The server understood the call and refused it. */
export class BotApiRefusedError extends Error {
  readonly code = 'BOT_API_REFUSED';
  readonly status: number;
  readonly description: string;
  /** Only with a 429. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    method: string,
    refusal: { status: number; description: string; retryAfterSeconds?: number | undefined },
  ) {
    super(`${method}: ${refusal.status} ${refusal.description}`);
    this.name = 'BotApiRefusedError';
    this.status = refusal.status;
    this.description = refusal.description;
    this.retryAfterSeconds = refusal.retryAfterSeconds;
  }
}

/** No readable answer: the call may have been carried out. */
export class BotApiUnreachableError extends Error {
  readonly code = 'BOT_API_UNREACHABLE';
  /** True when the caller's own signal ended the call. */
  readonly aborted: boolean;

  constructor(method: string, reason: string, options: { aborted: boolean; cause: unknown }) {
    super(`${method}: ${reason}`, { cause: options.cause });
    this.name = 'BotApiUnreachableError';
    this.aborted = options.aborted;
  }
}
