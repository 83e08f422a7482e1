/**
 * Takes secrets out of text before it leaves the process.
 *
 * Guarantees: no known secret, nothing shaped like a bot token, and nothing that follows `Bearer` or `_token=`
 * survives. Does not guarantee: secrets of another shape that it was not told of.
 *
 * The libraries underneath put the full token into messages and stacks (node-fetch's `invalid json response
 * body at https://…/bot<token>/…`) and Redis arguments into command errors; so redaction happens at the
 * logger and wherever an error is shown, not at each call.
 */
export type Redact = (text: string) => string;

const mask = '[redacted]';
/** A bot's id, a colon, and the 35 characters of its secret; shorter ones are covered as well. */
const botTokenShape = /\d{3,20}:[A-Za-z0-9_-]{20,}/g;
const bearerShape = /(Bearer\s+|[?&]_token=)[^\s"'&]+/gi;
/** Shorter strings occur by chance in ordinary text, and would make it unreadable. */
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
