/**
 * What a failed getUpdates means and how long to wait before the next: one pure function.
 *
 * No error ends polling for good, except a rejected token. The caller counts failures in a row and resets the count
 * only after a successful poll.
 * Source: the Bot API server's own texts.
 */
import { BotApiRefusedError } from '../platform/bot-api.ts';
import { isTokenRejection } from '../platform/token-rejection.ts';

export type PollFailure =
  | { readonly kind: 'token rejected' }
  /** Another program polls with the same token: its request ended this one. */
  | { readonly kind: 'conflict'; readonly delayMs: number }
  /** A webhook is set: polling works again once it is removed. */
  | { readonly kind: 'webhook'; readonly delayMs: number }
  | { readonly kind: 'rate limited'; readonly delayMs: number }
  | { readonly kind: 'trouble'; readonly delayMs: number };

/** Another program polls, or a webhook is set. */
export const conflictStatus = 409;
const firstDelayMs = 500;
const longestDelayMs = 30_000;
const conflictDelayMs = 3000;
const conflictSpreadMs = 2000;

/** @param failuresInRow includes this one; @param unit random, in [0, 1) */
export function judgePollFailure(error: unknown, failuresInRow: number, unit: number): PollFailure {
  const backOffMs = Math.min(longestDelayMs, firstDelayMs * 2 ** (failuresInRow - 1)) * (0.5 + unit / 2);
  if (!(error instanceof BotApiRefusedError)) return { kind: 'trouble', delayMs: backOffMs };
  if (isTokenRejection(error)) return { kind: 'token rejected' };
  if (error.status === conflictStatus) {
    const delayMs = conflictDelayMs + conflictSpreadMs * unit;
    return { kind: /webhook/i.test(error.description) ? 'webhook' : 'conflict', delayMs };
  }
  if (error.status === 429) {
    return { kind: 'rate limited', delayMs: (error.retryAfterSeconds ?? 1) * 1000 + firstDelayMs * unit };
  }
  return { kind: 'trouble', delayMs: backOffMs };
}
