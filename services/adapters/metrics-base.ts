/**
 * What a process's metrics are made of.
 *
 * Guarantees: every series of a counter starts at 0: `increase()` sees no rise in a counter whose first sample is 1, so an
 * alert would miss the first event. A gauge that is set later has no sample before: 0 would read as the year 1970.
 *
 * Tested by: test/bot/metrics.test.ts
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { registerProcessMetrics } from './process-metrics.ts';

export interface LabelledCounter {
  readonly name: string;
  readonly help: string;
  /** Every value of the label. */
  readonly values: readonly string[];
}

/** How long a handler takes. */
const updateBucketsSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export class MetricsBase {
  readonly registry = new Registry();

  protected counter(name: string, help: string): Counter;
  protected counter<Label extends string>(label: Label, options: LabelledCounter): Counter<Label>;
  protected counter(first: string, second: string | LabelledCounter): Counter {
    const registers = [this.registry];
    if (typeof second === 'string') return new Counter({ name: first, help: second, registers });
    const { name, help, values } = second;
    const counter = new Counter({ name, help, labelNames: [first], registers });
    for (const value of values) counter.inc({ [first]: value }, 0);
    return counter;
  }

  protected histogram(name: string, help: string, buckets: number[]): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.registry] });
  }

  protected gauge(name: string, help: string, read: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    new Gauge({ name, help, collect, registers: [this.registry] });
  }

  protected unsetGauge(name: string, help: string): Gauge {
    const gauge = new Gauge({ name, help, registers: [this.registry] });
    gauge.remove();
    return gauge;
  }

  /** Says which build runs, and adds Node's own metrics. */
  protected describeProcess(name: string, version: string): void {
    const help = 'Always 1; the labels say which build runs';
    const labelNames = ['version', 'node'];
    const gauge = new Gauge({ name, help, labelNames, registers: [this.registry] });
    gauge.set({ version, node: process.version }, 1);
    registerProcessMetrics(this.registry);
  }
}

export interface HandlerMetricNames {
  readonly updatesHandled: string;
  readonly updateDuration: string;
  readonly updatesOverdue: string;
}

/** The metrics of a process that runs handlers. */
export class HandlerMetricsBase extends MetricsBase {
  readonly updatesHandled: Counter<'result'>;
  readonly updateDuration: Histogram;
  readonly updatesOverdue: Counter;

  constructor(names: HandlerMetricNames) {
    super();
    this.updatesHandled = this.counter('result', {
      name: names.updatesHandled,
      help: 'Updates whose handler ended, by result: ok or failed',
      values: ['ok', 'failed'],
    });
    this.updateDuration = this.histogram(
      names.updateDuration,
      'How long a handler took for one update, from its dispatch to its end',
      updateBucketsSeconds,
    );
    this.updatesOverdue = this.counter(
      names.updatesOverdue,
      'Handlers that exceeded their time limit; their chats wait for them',
    );
  }
}
