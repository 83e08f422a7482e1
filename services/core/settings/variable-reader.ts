/**
 * Reads single variables, of the environment or of the CDK context, and collects every problem instead of stopping at
 * the first.
 *
 * A problem is one line: `NAME: expected …, got …; how to fix it`. Secrets and URLs are shown by length only, because a
 * URL may contain a secret, or be one that was pasted into the wrong variable; anything shaped like a bot token is
 * masked everywhere. An empty or blank variable counts as not set. Blanks around secrets and URLs are dropped: they come
 * from copying.
 */
import { cutText } from '../platform/foreign-text.ts';
import { redactor } from '../platform/redaction.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface Problem {
  readonly expected: string;
  readonly got: string;
  readonly fix: string;
}

/** What a value must look like, and what to say when it does not. */
export interface ValueFormat {
  readonly shape: RegExp;
  readonly expected: string;
  readonly fix: string;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

/** Longer values are cut, so that a pasted file does not flood the line. */
const shownLengthMax = 60;
const redact = redactor();
/** The store's client throws on any other address, such as a host of one letter. */
const usableAddress = /^https?:\/\/[^.$]./;

export class VariableReader {
  readonly problems: string[] = [];
  /** Every variable that was asked for, set or not. */
  readonly names = new Set<string>();
  private readonly variables: Environment;

  constructor(variables: Environment) {
    this.variables = variables;
  }

  report(name: string, { expected, got, fix }: Problem): void {
    this.problems.push(`${name}: expected ${expected}, got ${redact(got)}; ${fix}`);
  }

  isSet(name: string): boolean {
    return this.text(name) !== undefined;
  }

  /** The value as it is; undefined when it is not set. */
  text(name: string): string | undefined {
    this.names.add(name);
    const value = this.variables[name];
    return value === undefined || value.trim() === '' ? undefined : value;
  }

  integer(name: string, range: Range & { readonly default: number }): number;
  integer(name: string, range: Range): number | undefined;
  integer(name: string, range: Range & { readonly default?: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return range.default;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    const unset = range.default === undefined ? 'leave it out' : `leave it out for ${range.default}`;
    this.report(name, {
      expected: `a whole number from ${range.min} to ${range.max}`,
      got: shown(value),
      fix: `set such a number, or ${unset}`,
    });
    return range.default;
  }

  choice<const Option extends string>(name: string, options: readonly Option[], fallback: Option): Option {
    const value = this.text(name);
    if (value === undefined) return fallback;
    const chosen = options.find((option) => option === value);
    if (chosen !== undefined) return chosen;
    this.report(name, {
      expected: `one of ${options.join(', ')}`,
      got: shown(value),
      fix: `set one of them, or leave it out for ${fallback}`,
    });
    return fallback;
  }

  /** `true` or `false`; false when it is not set. */
  flag(name: string): boolean {
    return this.choice(name, ['true', 'false'], 'false') === 'true';
  }

  formatted(name: string, format: ValueFormat): string | undefined {
    const value = this.text(name);
    if (value === undefined || format.shape.test(value)) return value;
    this.report(name, { ...format, got: shown(value) });
    return undefined;
  }

  /** A comma-separated list without repetitions, each entry in the same format. */
  list(name: string, format: ValueFormat): readonly string[] {
    const entries = (this.text(name) ?? '').split(',').map((entry) => entry.trim());
    const unique = [...new Set(entries.filter((entry) => entry !== ''))];
    for (const entry of unique.filter((one) => !format.shape.test(one))) {
      this.report(name, { ...format, got: shown(entry) });
    }
    return unique;
  }

  /** Like `formatted`, for a value that must never be shown. */
  secret(name: string, format: ValueFormat): string | undefined {
    const value = this.text(name)?.trim();
    if (value === undefined || format.shape.test(value)) return value;
    this.report(name, { ...format, got: hidden(value) });
    return undefined;
  }

  /** An http(s) URL with any path and query, as it is: it may contain a secret. Credentials are refused. */
  secretUrl(name: string, fix: string): string | undefined {
    const value = this.text(name)?.trim();
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url !== undefined && usableAddress.test(url.href) && !url.username && !url.password) return value;
    this.report(name, { expected: 'an http or https address without credentials', got: hidden(value), fix });
    return undefined;
  }

  /** An http(s) URL in its normal form, without a trailing slash. Credentials, a query and a fragment are refused. */
  httpUrl(name: string, example: string): string | undefined {
    const value = this.text(name)?.trim();
    if (value === undefined) return undefined;
    const url = /^https?:\/\/[^\s\\]+$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
    const hasMore = url !== undefined && (url.username || url.password || /[?#]/.test(value));
    const address = url === undefined ? '' : (url.origin + url.pathname).replace(/\/+$/, '');
    if (!hasMore && usableAddress.test(address)) return address;
    const got = hasMore ? 'one with credentials, a query or a fragment' : wrongAddress(value);
    this.report(name, {
      expected: 'an http or https address without credentials',
      got,
      fix: `write it like ${example}`,
    });
    return undefined;
  }
}

/** The scheme of another kind of address, which alone gives nothing away. */
function wrongAddress(value: string): string {
  const scheme = /^(?:rediss?|tcp|wss?|ftp|file):\/\//.exec(value)?.[0];
  return scheme === undefined ? hidden(value) : `one that begins with ${scheme}`;
}

/** A value's length, and what is odd about it. */
function hidden(value: string): string {
  const length = `${value.length} characters`;
  if (/^["'].*["']$/s.test(value)) return `${length} in quotes, which do not belong to it`;
  if (/\s/.test(value)) return `${length} with a blank or a line break among them`;
  if (/[^\x20-\x7e]/.test(value)) return `${length}, not all of them ASCII`;
  return `${length} of another shape`;
}

/** Masked before it is cut: half a token has no token's shape. */
function shown(value: string): string {
  const line = JSON.stringify(redact(value));
  return line.length <= shownLengthMax
    ? line
    : `${cutText(line, shownLengthMax)}" (${value.length} characters)`;
}
