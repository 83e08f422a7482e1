/**
 * Removes secrets from text before it leaves the process.
 *
 * Guarantees: removes known secrets, anything shaped like a bot token, and anything after `Bearer` or `_token=`.
 * Does not guarantee to find unknown secrets of another shape.
 *
 * Libraries put the full token into messages and stacks (node-fetch's `invalid json response body at
 * https://…/bot<token>/…`) and Redis arguments into command errors. So the logger redacts, and so does every place
 * that shows an error, instead of each call.
 */
export type Redact = (text: string) => string;

const mask = '[redacted]';
/** A bot's id, a colon, and the 35 characters of its secret; the pattern covers shorter ones as well. */
const botTokenShape = /\d{3,20}:[A-Za-z0-9_-]{20,}/g;
const bearerShape = /(Bearer\s+|[?&]_token=)[^\s"'&]+/gi;
/** Shorter strings occur in ordinary text by chance; masking them would make it unreadable. */
const secretLengthMin = 4;

export function redactor(secrets: readonly (string | undefined)[] = []): Redact {
  const known = secrets
    .filter((secret): secret is string => secret !== undefined && secret.length >= secretLengthMin)
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .sort((a, b) => b.length - a.length);
  return (text) =>
    known
      .reduce((clean, secret) => clean.replaceAll(secret, mask), text)
      .replace(botTokenShape, mask)
      .replace(bearerShape, `$1${mask}`);
}
