/**
 * Reads single variables out of an environment and collects every problem instead of stopping at the first.
 *
 * A problem is one line: `NAME: expected …, got …; how to mend`. Of a secret, and of an address, which may hold one or
 * be one that was pasted into the wrong variable, only the length is shown; anything shaped like a bot token is masked
 * wherever it stands. A variable that is empty or blank counts as not set; blanks around secrets and addresses are
 * taken off, because they come from copying.
 */
import { redactor } from '../platform/redaction.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProblemParts {
  readonly expected: string;
  readonly got: string;
  readonly mend: string;
}

/** Values are shown whole up to this length, so that a pasted file does not flood the line. */
const shownLengthMax = 60;
const redact = redactor();
/** The store's client throws at any other, such as a host of one letter. */
const storeClientTakes = /^https?:\/\/[^.$]./;

export class EnvironmentReader {
  readonly problems: string[] = [];
  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  report(name: string, { expected, got, mend }: ProblemParts): void {
    this.problems.push(`${name}: expected ${expected}, got ${redact(got)}; ${mend}`);
  }

  text(name: string): string | undefined {
    const value = this.environment[name];
    return value === undefined || value.trim() === '' ? undefined : value;
  }

  integer(name: string, range: { default: number; min: number; max: number }): number {
    const value = this.text(name);
    if (value === undefined) return range.default;
    const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    this.report(name, {
      expected: `a whole number from ${range.min} to ${range.max}`,
      got: shown(value),
      mend: `set such a number, or leave it out for ${range.default}`,
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
      mend: `set one of them, or leave it out for ${fallback}`,
    });
    return fallback;
  }

  /** A value that must look like `shape`; the default applies when it is not set. */
  shaped(name: string, shape: RegExp, parts: { expected: string; mend: string }): string | undefined {
    const value = this.text(name);
    if (value === undefined || shape.test(value)) return value;
    this.report(name, { ...parts, got: shown(value) });
    return undefined;
  }

  /** Like `shaped`, for a value that must never be shown: only its length is. */
  secret(name: string, shape: RegExp, parts: { expected: string; mend: string }): string | undefined {
    const value = this.text(name)?.trim();
    if (value === undefined || shape.test(value)) return value;
    this.report(name, { ...parts, got: hidden(value) });
    return undefined;
  }

  /** An http(s) URL as URLs are written, without a trailing slash, credentials, query or fragment. */
  httpUrl(name: string, example: string): string | undefined {
    const value = this.text(name)?.trim();
    if (value === undefined) return undefined;
    const url = /^https?:\/\/[^\s\\]+$/i.test(value) && URL.canParse(value) ? new URL(value) : undefined;
    const hasMore = url !== undefined && (url.username || url.password || /[?#]/.test(value));
    const address = url === undefined ? '' : (url.origin + url.pathname).replace(/\/+$/, '');
    if (!hasMore && storeClientTakes.test(address)) return address;
    const got = hasMore ? 'one with credentials, a query or a fragment' : wrongAddress(value);
    this.report(name, {
      expected: 'an http or https address without credentials',
      got,
      mend: `write it like ${example}`,
    });
    return undefined;
  }
}

/** What an address of another kind begins with, where that tells nothing else. */
function wrongAddress(value: string): string {
  const scheme = /^(?:rediss?|tcp|wss?|ftp|file):\/\//.exec(value)?.[0];
  return scheme === undefined ? hidden(value) : `one that begins with ${scheme}`;
}

/** What is odd about a value that is not shown. */
function hidden(value: string): string {
  const length = `${value.length} characters`;
  if (/^["'].*["']$/s.test(value)) return `${length} in quotes, which do not belong to it`;
  if (/\s/.test(value)) return `${length} with a blank or a line break among them`;
  if (/[^\x20-\x7e]/.test(value)) return `${length}, not all of them ASCII`;
  return `${length} of another shape`;
}

function shown(value: string): string {
  const line = JSON.stringify(value);
  return line.length <= shownLengthMax
    ? line
    : `${line.slice(0, shownLengthMax)}…" (${value.length} characters)`;
}
