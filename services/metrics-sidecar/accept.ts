/**
 * Chooses the format of an answer by the client's `Accept` header.
 *
 * OpenMetrics needs a client that names a supported version of it and ranks it no lower than text. Everyone else gets
 * text, even a client that accepts neither: a readable page helps more than a refusal.
 */
import type { Format } from './exposition.ts';

export interface Negotiated {
  readonly format: Format;
  readonly contentType: string;
}

const openMetricsType = 'application/openmetrics-text';
const openMetricsVersions = ['1.0.0', '0.0.1'];
const text: Negotiated = { format: 'text', contentType: 'text/plain; version=0.0.4; charset=utf-8' };
/** More ranges than any client sends; the rest are ignored. */
const rangesMax = 50;

interface Range {
  readonly type: string;
  readonly version: string | undefined;
  readonly quality: number;
}

export function negotiate(accept: string | undefined): Negotiated {
  const ranges = (accept ?? '').split(',').slice(0, rangesMax).map(readRange);
  const open = best(
    ranges.filter(
      ({ type, version }) =>
        type === openMetricsType && (version === undefined || openMetricsVersions.includes(version)),
    ),
  );
  const plain = best(ranges.filter(({ type }) => ['text/plain', 'text/*', '*/*'].includes(type)));
  if (open === undefined || open.quality <= 0 || open.quality < (plain?.quality ?? 0)) return text;
  const version = open.version ?? openMetricsVersions[0];
  return { format: 'openmetrics', contentType: `${openMetricsType}; version=${version}; charset=utf-8` };
}

function best(ranges: readonly Range[]): Range | undefined {
  return ranges.reduce<Range | undefined>(
    (first, range) => (first === undefined || range.quality > first.quality ? range : first),
    undefined,
  );
}

function readRange(text: string): Range {
  const [type = '', ...words] = text.split(';').map((word) => word.trim().toLowerCase());
  const parameters = new Map(
    words.map((word) => {
      const [name = '', value = ''] = word.split('=', 2).map((part) => part.trim());
      return [name, value.replace(/^"(.*)"$/, '$1')] as const;
    }),
  );
  const quality = Number(parameters.get('q') ?? '1');
  return { type, version: parameters.get('version'), quality: Number.isFinite(quality) ? quality : 0 };
}
