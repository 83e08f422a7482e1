/**
 * Tells whether the Bot API rejects the token itself.
 *
 * The public service answers 401 for a revoked token and 404 `Not Found` for an unknown one. A 404 with any other text
 * is about the method. Source: the server's own texts.
 */
import { BotApiRefusedError } from './bot-api.ts';

export function isTokenRejection(error: unknown): boolean {
  return (
    error instanceof BotApiRefusedError &&
    (error.status === 401 || (error.status === 404 && error.description === 'Not Found'))
  );
}
