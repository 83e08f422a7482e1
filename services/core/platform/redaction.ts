/**
 * Removes secrets from text before it leaves the process.
 *
 * Guarantees: removes known secrets, whole, percent-encoded or cut to no less than half of them; anything shaped like a
 * bot token; and anything after `Bearer` or `_token=`. Works on texts before they are serialised, so JSON stays JSON.
 * Does not guarantee to find unknown secrets of another shape, nor a few characters of a known one.
 *
 * Libraries put the full token into messages and stacks (node-fetch's `invalid json response body at
 * https://…/bot<token>/…`) and Redis arguments into command errors. So the logger redacts, and so does every place
 * that shows an error, instead of each call.
 */
export type Redact = (text: string) => string;

const mask = '[redacted]';
/**
 * A bot's id, a colon (percent-encoded once or more), and the 35 characters of its secret; the pattern covers shorter
 * ones as well.
 */
const botTokenShape = /\d{3,20}(?::|%(?:25)*3a)[A-Za-z0-9_-]{20,}/gi;
const bearerShape = /(Bearer\s+|[?&]_token=)[^\s"'&\\]+/gi;
/** Shorter strings occur in ordinary text by chance; masking them would make it unreadable. */
const secretLengthMin = 4;
/** A piece of a secret that is as long as this, or half of a shorter secret, is masked. */
const pieceLengthMax = 12;
/** Half of a shorter secret is too common in ordinary text. */
const cutSecretLengthMin = 16;

export function redactor(secrets: readonly (string | undefined)[] = []): Redact {
  const given = secrets
    .filter((secret): secret is string => secret !== undefined)
    .filter(({ length }) => length >= secretLengthMin);
  const known = given.flatMap(spellings).sort((a, b) => b.length - a.length);
  // A bot's id is no secret.
  const cut = given
    .map((secret) => secret.replace(/^\d{3,20}:/, ''))
    .filter(({ length }) => length >= cutSecretLengthMin);
  return (text) => {
    const whole = known
      .reduce((clean, secret) => clean.replaceAll(secret, mask), text)
      .replace(botTokenShape, mask)
      .replace(bearerShape, `$1${mask}`);
    return cut.reduce(withoutPieces, whole);
  };
}

/** The same value, every text and key in it redacted. For plain data: strings, lists and objects. */
export function redactAll<Value>(value: Value, redact: Redact): Value {
  return redactedData(value, redact) as Value;
}

function redactedData(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (Array.isArray(value)) return value.map((each) => redactedData(each, redact));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [redact(key), redactedData(each, redact)]),
  );
}

/** Libraries escape what they put into addresses and JSON; both cases of a percent-encoding occur. */
function spellings(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret);
  const lowerCase = encoded.replace(/%../g, (code) => code.toLowerCase());
  return [secret, encoded, lowerCase, JSON.stringify(secret).slice(1, -1)];
}

/** Masks every piece of the secret, where somebody cut a text or began to show it in its middle. */
function withoutPieces(text: string, secret: string): string {
  const pieceLength = Math.min(pieceLengthMax, Math.floor(secret.length / 2));
  // A piece of that length contains one of these stretches whole, wherever it begins.
  const stretch = Math.floor((pieceLength + 1) / 2);
  let clean = text;
  for (let at = 0; at + stretch <= secret.length; at += stretch) {
    const part = secret.slice(at, at + stretch);
    for (let found = clean.indexOf(part); found >= 0; ) {
      const { start, end } = matchAround(clean, secret, { found, at, length: stretch });
      const isPiece = end - start >= pieceLength;
      if (isPiece) clean = clean.slice(0, start) + mask + clean.slice(end);
      found = clean.indexOf(part, isPiece ? start + mask.length : found + 1);
    }
  }
  return clean;
}

/** How far the text goes on like the secret on both sides of the stretch at `found`, which is at `at` in the secret. */
function matchAround(
  text: string,
  secret: string,
  { found, at, length }: { found: number; at: number; length: number },
): { start: number; end: number } {
  const shift = at - found;
  let [start, end] = [found, found + length];
  while (start > 0 && text[start - 1] === secret[start - 1 + shift]) start -= 1;
  while (end < text.length && text[end] === secret[end + shift]) end += 1;
  return { start, end };
}
