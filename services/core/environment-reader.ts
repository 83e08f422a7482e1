/**
 * Reads single variables out of an environment and collects every problem instead of stopping at the first.
 *
 * A problem is one line: `NAME: expected …, got …; how to mend`. The value is shown only where it is no secret.
 * A variable that is empty or blank counts as not set.
 */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface ProblemParts {
  readonly expected: string;
  readonly got: string;
  readonly mend: string;
}

/** Values are shown whole up to this length, so that a pasted file does not flood the line. */
const shownLengthMax = 60;

export class EnvironmentReader {
  readonly problems: string[] = [];
  private readonly environment: Environment;

  constructor(environment: Environment) {
    this.environment = environment;
  }

  report(name: string, { expected, got, mend }: ProblemParts): void {
    this.problems.push(`${name}: expected ${expected}, got ${got}; ${mend}`);
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
    const value = this.text(name);
    if (value === undefined || shape.test(value)) return value;
    this.report(name, { ...parts, got: `${value.length} characters of another shape` });
    return undefined;
  }

  /** An http(s) URL without a trailing slash, credentials, query or fragment. */
  httpUrl(name: string, example: string): string | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const url = URL.canParse(value) ? new URL(value) : undefined;
    if (url && /^https?:$/.test(url.protocol) && !url.username && !url.password && !url.search && !url.hash) {
      return value.replace(/\/+$/, '');
    }
    const got = url?.password || url?.search ? 'a URL with credentials or a query' : shown(value);
    this.report(name, { expected: 'an http or https address', got, mend: `write it like ${example}` });
    return undefined;
  }
}

function shown(value: string): string {
  const line = JSON.stringify(value);
  return line.length <= shownLengthMax
    ? line
    : `${line.slice(0, shownLengthMax)}…" (${value.length} characters)`;
}
