import { expect, it } from 'vitest';
import { metricLine } from '../../../functions/shared/metric-line.ts';

it('is one line in the embedded metric format, with the unit that the name says', () => {
  const line = metricLine('stack-monitor-1', { AgeSeconds: 12.5, Pass: 1 }, 1_700_000_000_000.7);
  expect(line).not.toContain('\n');
  expect(JSON.parse(line)).toEqual({
    _aws: {
      Timestamp: 1_700_000_000_000,
      CloudWatchMetrics: [
        {
          Namespace: 'StaffProBot',
          Dimensions: [['FunctionName']],
          Metrics: [
            { Name: 'AgeSeconds', Unit: 'Seconds' },
            { Name: 'Pass', Unit: 'Count' },
          ],
        },
      ],
    },
    FunctionName: 'stack-monitor-1',
    AgeSeconds: 12.5,
    Pass: 1,
  });
});
