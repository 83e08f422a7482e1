/**
 * Reads single values out of the CDK context and collects every problem instead of stopping at the first.
 *
 * A problem is one line: `name: expected …, got …; how to mend`, as the processes say it of their variables. A value
 * from `-c name=value` is always text, one from `cdk.json` may be a number, a boolean or a list: both are taken.
 * No context value is a secret, so values are shown.
 */
export type Context = Readonly<Record<string, unknown>>;

const shownLengthMax = 60;

export class ContextReader {
  readonly problems: string[] = [];
  private readonly context: Context;
  private readonly known = new Set<string>();

  constructor(context: Context) {
    this.context = context;
  }

  report(name: string, { expected, got, mend }: { expected: string; got: string; mend: string }): void {
    this.problems.push(`${name}: expected ${expected}, got ${got}; ${mend}`);
  }

  text(name: string): string | undefined {
    this.known.add(name);
    const value = this.context[name];
    if (value === undefined || value === null) return undefined;
    const text = Array.isArray(value) ? value.map(String).join(',') : String(value);
    return text.trim() === '' ? undefined : text.trim();
  }

  integer(name: string, range: { min: number; max: number }): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = /^\d{1,9}$/.test(value) ? Number(value) : Number.NaN;
    if (number >= range.min && number <= range.max) return number;
    this.report(name, {
      expected: `a whole number from ${range.min} to ${range.max}`,
      got: shown(value),
      mend: 'set such a number, or leave it out',
    });
    return undefined;
  }

  flag(name: string): boolean {
    return this.choice(name, ['true', 'false'], 'false') === 'true';
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

  shaped(name: string, shape: RegExp, parts: { expected: string; mend: string }): string | undefined {
    const value = this.text(name);
    if (value === undefined || shape.test(value)) return value;
    this.report(name, { ...parts, got: shown(value) });
    return undefined;
  }

  /** A comma-separated list, each entry of which must look like `shape`. */
  list(name: string, shape: RegExp, parts: { expected: string; mend: string }): readonly string[] {
    const entries = (this.text(name) ?? '').split(',').map((entry) => entry.trim());
    const given = [...new Set(entries.filter((entry) => entry !== ''))];
    for (const entry of given.filter((one) => !shape.test(one))) {
      this.report(name, { ...parts, got: shown(entry) });
    }
    return given;
  }

  /**
   * Reports every plain name that nothing has asked for: a misspelt one would otherwise be ignored in silence.
   * CDK's own names contain `:`, `@` or `-`.
   */
  refuseUnknown(): void {
    const ours = [...this.known].toSorted();
    for (const name of Object.keys(this.context)) {
      if (/[^A-Za-z0-9_]/.test(name) || this.known.has(name)) continue;
      const mend = `correct the name; those that there are: ${ours.join(', ')}`;
      this.report(name, { expected: 'a name that the stack knows', got: 'another', mend });
    }
  }
}

function shown(value: string): string {
  const line = JSON.stringify(value);
  return line.length <= shownLengthMax
    ? line
    : `${line.slice(0, shownLengthMax)}…" (${value.length} characters)`;
}
