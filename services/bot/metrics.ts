/**
 * The bot's metrics. Times are epoch seconds; no label takes an unbounded value.
 *
 * The heartbeat gauge has no sample before the first beat: 0 would read as a heartbeat of 1970.
 */
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { botMetricNames as names } from './contract.ts';

/** What a gauge shows at the moment of a scrape. */
export interface MetricsSource {
  leader(): boolean;
  epoch(): number;
  inFlight(): number;
  journaled(): number;
}

export class BotMetrics {
  readonly registry = new Registry();
  readonly conflicts: Counter;
  readonly heartbeatTimestamp: Gauge;
  readonly polls: Counter<'result'>;
  readonly pollDuration: Histogram;
  readonly lastPollTimestamp: Gauge;
  readonly updatesReceived: Counter<'type'>;
  readonly updatesHandled: Counter<'result'>;
  readonly updateDuration: Histogram;
  readonly updatesDead: Counter;
  readonly storeCommands: Counter<'script'>;

  constructor(version: string, source: MetricsSource) {
    this.conflicts = this.counter(
      names.conflicts,
      'Polls that Telegram ended because another one came (HTTP 409)',
    );
    this.polls = this.counter(names.polls, 'getUpdates calls by result', ['result']);
    this.updatesReceived = this.counter(names.updatesReceived, 'Updates received from Telegram by type', [
      'type',
    ]);
    this.updatesHandled = this.counter(names.updatesHandled, 'Updates whose handler ended, by result', [
      'result',
    ]);
    this.updatesDead = this.counter(names.updatesDead, 'Updates given up after their last attempt');
    this.storeCommands = this.counter(names.storeCommands, 'Requests to the store by script or command', [
      'script',
    ]);
    this.pollDuration = this.histogram(
      names.pollDuration,
      'How long a getUpdates call took, waiting included',
      {
        buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 40, 50],
      },
    );
    this.updateDuration = this.histogram(names.updateDuration, 'How long a handler took', {
      buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
    });
    this.heartbeatTimestamp = this.unsetGauge(
      names.heartbeatTimestamp,
      'When the last heartbeat was written',
    );
    this.lastPollTimestamp = this.unsetGauge(names.lastPollTimestamp, 'When the last poll succeeded');
    this.gauge(names.leader, '1 while this process holds the polling lock', () => (source.leader() ? 1 : 0));
    this.gauge(names.epoch, 'Fencing epoch of the latest term of this process', source.epoch);
    this.gauge(names.updatesInFlight, 'Updates received whose handler has not ended', source.inFlight);
    this.gauge(names.updatesJournaled, 'Entries of this process in the journal', source.journaled);
    this.buildInfo(version);
    this.processMetrics();
  }

  private counter<Label extends string>(
    name: string,
    help: string,
    labelNames: Label[] = [],
  ): Counter<Label> {
    return new Counter({ name, help, labelNames, registers: [this.registry] });
  }

  private histogram(name: string, help: string, { buckets }: { buckets: number[] }): Histogram {
    return new Histogram({ name, help, buckets, registers: [this.registry] });
  }

  private gauge(name: string, help: string, read: () => number): void {
    const collect = function (this: Gauge): void {
      this.set(read());
    };
    new Gauge({ name, help, collect, registers: [this.registry] });
  }

  /** A gauge without labels starts at 0; one that was reset has no sample until it is set. */
  private unsetGauge(name: string, help: string): Gauge {
    const gauge = new Gauge({ name, help, registers: [this.registry] });
    gauge.remove();
    return gauge;
  }

  private buildInfo(version: string): void {
    const help = 'Always 1; the labels say which build runs';
    const labelNames = ['version', 'node'];
    const gauge = new Gauge({ name: names.buildInfo, help, labelNames, registers: [this.registry] });
    gauge.set({ version, node: process.version }, 1);
  }

  /** promtool rightly refuses gauges whose name ends in `_total`. */
  private processMetrics(): void {
    collectDefaultMetrics({ register: this.registry });
    for (const kind of ['handles', 'requests', 'resources']) {
      this.registry.removeSingleMetric(`nodejs_active_${kind}_total`);
    }
  }
}
