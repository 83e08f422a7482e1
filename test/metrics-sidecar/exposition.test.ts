import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parseExposition, renderExposition } from '../../services/metrics-sidecar/exposition.ts';

const small = [
  '# HELP polls_total Polls by result',
  '# TYPE polls_total counter',
  'polls_total{result="ok"} 3',
  'polls_total{result="trouble"} 0',
  '',
  '# HELP wait_seconds Waiting',
  '# TYPE wait_seconds histogram',
  'wait_seconds_bucket{le="0.5"} 1',
  'wait_seconds_bucket{le="1"} 2',
  'wait_seconds_bucket{le="+Inf"} 2',
  'wait_seconds_sum 1.25',
  'wait_seconds_count 2',
  '',
].join('\n');

describe('renderExposition', () => {
  it('writes text with canonical bucket bounds', () => {
    expect(renderExposition(parseExposition(small), 'text')).toBe(
      [
        '# HELP polls_total Polls by result',
        '# TYPE polls_total counter',
        'polls_total{result="ok"} 3',
        'polls_total{result="trouble"} 0',
        '# HELP wait_seconds Waiting',
        '# TYPE wait_seconds histogram',
        'wait_seconds_bucket{le="0.5"} 1',
        'wait_seconds_bucket{le="1.0"} 2',
        'wait_seconds_bucket{le="+Inf"} 2',
        'wait_seconds_sum 1.25',
        'wait_seconds_count 2',
        '',
      ].join('\n'),
    );
  });

  it('writes OpenMetrics: counter metadata without the suffix, an end mark, the same series', () => {
    const lines = renderExposition(parseExposition(small), 'openmetrics').split('\n');
    expect(lines).toEqual([
      '# TYPE polls counter',
      '# HELP polls Polls by result',
      'polls_total{result="ok"} 3',
      'polls_total{result="trouble"} 0',
      '# TYPE wait_seconds histogram',
      '# HELP wait_seconds Waiting',
      'wait_seconds_bucket{le="0.5"} 1',
      'wait_seconds_bucket{le="1.0"} 2',
      'wait_seconds_bucket{le="+Inf"} 2',
      'wait_seconds_sum 1.25',
      'wait_seconds_count 2',
      '# EOF',
      '',
    ]);
  });

  it('writes `unknown` for a counter whose name OpenMetrics does not allow', () => {
    const text = '# TYPE hits counter\nhits 1\nbare 2\n';
    const lines = renderExposition(parseExposition(text), 'openmetrics').split('\n');
    expect(lines.filter((line) => line.startsWith('# TYPE'))).toEqual([
      '# TYPE hits unknown',
      '# TYPE bare unknown',
    ]);
  });

  it('escapes quotes in OpenMetrics help texts and keeps existing escapes', () => {
    const families = parseExposition('# HELP a says "\\\\" and \\n\n# TYPE a gauge\na 1\n');
    expect(renderExposition(families, 'text')).toContain('# HELP a says "\\\\" and \\n\n');
    expect(renderExposition(families, 'openmetrics')).toContain('# HELP a says \\"\\\\\\" and \\n\n');
  });
});

describe('parseExposition', () => {
  it('reads everything that prom-client writes, without losing a series', async () => {
    const registry = new Registry();
    const registers = [registry];
    collectDefaultMetrics({ register: registry });
    const odd = 'a "quoted" \\ back\nslash, comma={brace}';
    new Counter({ name: 'c_total', help: odd, labelNames: ['x', 'y'], registers }).inc({ x: odd, y: '' });
    for (const [name, value] of Object.entries({ g1: Number.NaN, g2: Infinity, g3: -Infinity, g4: 1e-9 })) {
      new Gauge({ name, help: 'h', registers }).set(value);
    }
    new Histogram({ name: 'h_seconds', help: 'h', registers, buckets: [0.1, 1, 2.5] }).observe(1);
    new Summary({ name: 's_seconds', help: 'h', registers, percentiles: [0.5, 1] }).observe(1);
    const text = await registry.metrics();
    const samples = (of: string): string[] =>
      of.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const rendered = samples(renderExposition(parseExposition(text), 'text'));
    const normal = samples(text)
      .map((line) => line.replace(/(le|quantile)="(\d+)"/, '$1="$2.0"'))
      .map((line) => line.replace(/Nan$/, 'NaN'));
    expect(rendered).toEqual(normal);
    expect(rendered.length).toBeGreaterThan(60);
  });

  it('reads an empty text as no families, and ignores comments', () => {
    expect(parseExposition('')).toEqual([]);
    expect(parseExposition('# just a remark\n')).toEqual([]);
  });

  it.each([
    ['a page', '<html><body>502 Bad Gateway</body></html>\n'],
    ['JSON', '{"ok":true}\n'],
    ['a line without a value', 'polls_total\n'],
    ['a value that is no number', 'polls_total many\n'],
    ['a second value', 'polls_total 1 2\n'],
    ['an open brace', 'polls_total{result="ok" 1\n'],
    ['an open quote', 'polls_total{result="ok} 1\n'],
    ['a label without quotes', 'polls_total{result=ok} 1\n'],
    ['labels without a comma', 'polls_total{a="1"b="2"} 1\n'],
    ['a name that starts with a digit', '1polls 1\n'],
    ['an unknown type', '# TYPE polls_total number\npolls_total 1\n'],
    ['a type after its samples', 'polls_total 1\n# TYPE polls_total counter\n'],
    ['metadata without a name', '# TYPE\npolls_total 1\n'],
    ['a series twice', 'polls_total 1\npolls_total 1\n'],
    ['a family in two places', 'a 1\nb 1\na{x="1"} 1\n'],
    ['a cut off answer', 'polls_total 1\nupdates_tot'],
    ['carriage returns', 'polls_total 1\r\n'],
    ['NUL bytes', 'polls\u0000total 1\n'],
  ])('refuses %s', (_what, text) => {
    expect(() => parseExposition(text)).toThrow(expect.objectContaining({ code: 'EXPOSITION_MALFORMED' }));
  });

  it('reads a hostile line in time linear to its length', () => {
    const line = `a{${'x="\\\\",'.repeat(100_000)} 1\n`;
    expect(() => parseExposition(line)).toThrow();
    expect(() => parseExposition(`a{x="${'\\\\'.repeat(300_000)} 1\n`)).toThrow();
  });
});
