/**
 * Reads the Prometheus text format strictly, and writes it as text 0.0.4 or as OpenMetrics 1.0.0.
 *
 * Guarantees: Prometheus accepts in either format whatever was read without an error, with the same names and labels.
 * Anything else is an error: otherwise one bad line from the bot would cost the whole scrape, including the series
 * that show that the bot is in trouble.
 * Does not guarantee to read every text that the format allows: it reads what prom-client writes.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 * @see https://github.com/OpenObservability/OpenMetrics/blob/main/specification/OpenMetrics.md
 */

export type FamilyType = 'counter' | 'gauge' | 'histogram' | 'summary' | 'untyped';

interface Sample {
  readonly name: string;
  /** As between the braces; empty without labels. */
  readonly labels: string;
  readonly value: string;
}

export interface Family {
  readonly name: string;
  readonly type: FamilyType;
  readonly help: string;
  readonly samples: readonly Sample[];
}

export type Format = 'text' | 'openmetrics';

/** The text is not a valid exposition. */
export class ExpositionError extends Error {
  readonly code = 'EXPOSITION_MALFORMED';

  constructor(line: string, why: string) {
    super(`${why}: ${JSON.stringify(line.slice(0, 100))}`);
    this.name = 'ExpositionError';
  }
}

const metadataShape = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*)(?: (.*))?$/;
const labelShape = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"`;
const sampleShape = new RegExp(
  String.raw`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:${labelShape}(?:,${labelShape})*)?)\})? (\S+)$`,
);
const valueShape = /^[+-]?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?|inf|nan)$/i;
const suffixes: Readonly<Record<FamilyType, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  untyped: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
};

/** @throws ExpositionError */
export function parseExposition(text: string): Family[] {
  if (text !== '' && !text.endsWith('\n')) throw new ExpositionError(text.slice(-100), 'cut off');
  const reader = new FamilyReader();
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('#')) reader.metadata(line);
    else reader.sample(line);
  }
  return reader.families;
}

interface OpenFamily extends Family {
  type: FamilyType;
  help: string;
  readonly samples: Sample[];
}

class FamilyReader {
  readonly families: OpenFamily[] = [];
  private readonly seen = new Set<string>();
  private current: OpenFamily | undefined;

  metadata(line: string): void {
    const [, kind, name = '', rest = ''] = metadataShape.exec(line) ?? [];
    if (kind === undefined) {
      if (/^#\s*(?:HELP|TYPE)\b/.test(line)) throw new ExpositionError(line, 'unreadable metadata');
      return;
    }
    const family = this.current?.name === name ? this.current : this.open(name, line);
    if (kind === 'HELP') family.help = rest;
    else if (isFamilyType(rest) && family.samples.length === 0) family.type = rest;
    else throw new ExpositionError(line, 'unexpected type');
  }

  sample(line: string): void {
    const [, name, labels = '', value] = sampleShape.exec(line) ?? [];
    if (name === undefined || value === undefined || !valueShape.test(value)) {
      throw new ExpositionError(line, 'unreadable sample');
    }
    const family =
      this.current !== undefined && belongs(name, this.current) ? this.current : this.open(name, line);
    const series = `${name}{${labels}}`;
    if (this.seen.has(series)) throw new ExpositionError(line, 'series given twice');
    this.seen.add(series);
    family.samples.push({ name, labels, value });
  }

  private open(name: string, line: string): OpenFamily {
    const key = `family ${name}`;
    if (this.seen.has(key)) throw new ExpositionError(line, 'family in several places');
    this.seen.add(key);
    this.current = { name, type: 'untyped', help: '', samples: [] };
    this.families.push(this.current);
    return this.current;
  }
}

function belongs(sampleName: string, { name, type }: Family): boolean {
  return suffixes[type].some((suffix) => sampleName === `${name}${suffix}`);
}

function isFamilyType(word: string): word is FamilyType {
  return Object.hasOwn(suffixes, word);
}

export function renderExposition(families: readonly Family[], format: Format): string {
  const blocks = families.map((family) =>
    format === 'openmetrics' ? openMetricsBlock(family) : textBlock(family),
  );
  return `${blocks.join('')}${format === 'openmetrics' ? '# EOF\n' : ''}`;
}

function textBlock(family: Family): string {
  const { name, type, help } = family;
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${sampleLines(family)}`;
}

/** OpenMetrics names a counter's family without `_total`; a counter whose name lacks it becomes `unknown`. */
function openMetricsBlock(family: Family): string {
  const { name, type, help } = family;
  const isCounter = type === 'counter' && name.endsWith('_total');
  const familyName = isCounter ? name.slice(0, -'_total'.length) : name;
  const familyType = type === 'untyped' || (type === 'counter' && !isCounter) ? 'unknown' : type;
  const escapedHelp = help.replaceAll('"', String.raw`\"`);
  return `# TYPE ${familyName} ${familyType}\n# HELP ${familyName} ${escapedHelp}\n${sampleLines(family)}`;
}

function sampleLines({ type, samples }: Family): string {
  const canonical = type === 'histogram' || type === 'summary' ? canonicalBounds : (labels: string) => labels;
  return samples
    .map(({ name, labels, value }) => {
      const braces = labels === '' ? '' : `{${canonical(labels)}}`;
      return `${name}${braces} ${canonicalValue(value)}\n`;
    })
    .join('');
}

/**
 * OpenMetrics wants `le="1.0"` where prom-client writes `le="1"`. Both formats use `1.0`: otherwise a series would
 * change its labels with the format of the scrape and become two series.
 */
function canonicalBounds(labels: string): string {
  return labels.replace(/(^|,)(le|quantile)="(\d{1,6})"/g, '$1$2="$3.0"');
}

function canonicalValue(value: string): string {
  return /^nan$/i.test(value) ? 'NaN' : value;
}
