/** A line in CloudWatch's embedded metric format: on a function's stdout it becomes metrics. */
import { metricDimension, metricNamespace } from './contract.ts';

/** @param deployedName the function's name in the account */
export function metricLine(
  deployedName: string,
  values: Readonly<Record<string, number>>,
  nowMs: number,
): string {
  const definitions = Object.keys(values).map((Name) => ({
    Name,
    Unit: Name.endsWith('Seconds') ? 'Seconds' : 'Count',
  }));
  const directive = { Namespace: metricNamespace, Dimensions: [[metricDimension]], Metrics: definitions };
  return JSON.stringify({
    _aws: { Timestamp: Math.floor(nowMs), CloudWatchMetrics: [directive] },
    [metricDimension]: deployedName,
    ...values,
  });
}
