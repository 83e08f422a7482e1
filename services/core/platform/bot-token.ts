/** What a bot token says by itself. */

/** The bot's id: the digits before the colon. No secret, and the same after the secret was replaced. */
export function botIdOf(token: string): string {
  return token.slice(0, token.indexOf(':'));
}
