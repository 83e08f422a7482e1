import { describe, expect, it } from 'vitest';
import { negotiate } from '../../services/metrics-sidecar/accept.ts';

describe('negotiate', () => {
  it.each([
    [undefined, 'text'],
    ['', 'text'],
    ['*/*', 'text'],
    ['text/plain', 'text'],
    ['application/json', 'text'],
    ['application/openmetrics-text', 'openmetrics'],
    ['Application/OpenMetrics-Text; Version="1.0.0"', 'openmetrics'],
    ['application/openmetrics-text;version=2.0.0', 'text'],
    ['application/openmetrics-text;q=0', 'text'],
    ['application/openmetrics-text;q=0.4,text/plain;q=0.5', 'text'],
    ['application/openmetrics-text;q=abc', 'text'],
    ['text/plain;q=0.5,application/openmetrics-text', 'openmetrics'],
    [';;;,,,=;q==', 'text'],
    // Prometheus 2.42 and 3.5, word for word.
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    [
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited;q=0.6,application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
      'openmetrics',
    ],
  ])('reads %j as %s', (accept, format) => {
    expect(negotiate(accept).format).toBe(format);
  });

  it('names the requested version', () => {
    const of = (accept: string): string => negotiate(accept).contentType;
    expect(of('application/openmetrics-text;version=0.0.1')).toBe(
      'application/openmetrics-text; version=0.0.1; charset=utf-8',
    );
    expect(of('application/openmetrics-text')).toBe(
      'application/openmetrics-text; version=1.0.0; charset=utf-8',
    );
    expect(of('text/plain')).toBe('text/plain; version=0.0.4; charset=utf-8');
  });
});
