import { describe, expect, it } from 'vitest';
import { scaleRules } from '../../../services/lab/prometheus/scale-rules.ts';

describe('scaleRules', () => {
  it('changes nothing at production speed', () => {
    const text = 'for: 2m\nexpr: rate(x[5m]) > 5 * 60\n';
    expect(scaleRules(text, 1)).toBe(text);
  });

  it.each([
    ['for: 2m', 'for: 12000ms'],
    ['increase(x[5m]) >= 3', 'increase(x[30000ms]) >= 3'],
    ['x offset 15m', 'x offset 90000ms'],
    ['max_over_time(x[1h:15s])', 'max_over_time(x[360000ms:1500ms])'],
    ['time() - x > 5 * 60', 'time() - x > 5 * 6'],
    ['scrape_interval: 5s', 'scrape_interval: 500ms'],
    ['evaluation_interval: 1s', 'evaluation_interval: 500ms'],
    ['127.0.0.1:9464', '127.0.0.1:9464'],
    ['quantile(0.95, x) > 5', 'quantile(0.95, x) > 5'],
    ['staffprobot_x_5m_total', 'staffprobot_x_5m_total'],
  ])('makes %j ten times faster', (text, quick) => {
    expect(scaleRules(text, 10)).toBe(quick);
  });
});
