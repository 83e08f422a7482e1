/**
 * Whether the Bot API refuses the token itself, in one place for all who ask.
 *
 * The public service answers a revoked token with 401, and one that it does not know with 404 `Not Found`; a 404 of
 * any other text is about the method. Source: the server's own texts.
 */
import { BotApiRefusedError } from './bot-api.ts';

export function isTokenRejection(error: unknown): boolean {
  return (
    error instanceof BotApiRefusedError &&
    (error.status === 401 || (error.status === 404 && error.description === 'Not Found'))
  );
}
