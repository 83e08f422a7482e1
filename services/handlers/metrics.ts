/**
 * The consumer's metrics. Times are in seconds.
 *
 * Guarantees: no label takes an unbounded value; every series of a counter starts at 0.
 * Tested by: test/handlers/main.test.ts
 */
import { HandlerMetricsBase } from '../adapters/metrics-base.ts';
import { handlersMetricNames as names } from './contract.ts';

/** Read at each scrape. */
export interface HandlersMetricsSource {
  running(): number;
  held(): number;
}

export class HandlersMetrics extends HandlerMetricsBase {
  readonly messagesReceived = this.counter('delivery', {
    name: names.messagesReceived,
    help: 'Messages received from the queue: first deliveries, and later ones of what was not removed in time',
    values: ['first', 'again'],
  });
  readonly messagesLost = this.counter(
    names.messagesLost,
    'Messages whose time ran out here: the queue delivers them again',
  );
  readonly updatesDead = this.counter(
    names.updatesDead,
    'Updates that became dead letters after their last attempt, or because this version cannot read them',
  );
  readonly storeErrors = this.counter('kind', {
    name: names.storeErrors,
    help: 'Requests that the store failed: unreachable (no usable answer) or refused (an error of its own)',
    values: ['unreachable', 'refused'],
  });
  readonly queueErrors = this.counter(names.queueErrors, 'Requests that the queue failed');
  readonly lag = this.unsetGauge(
    names.lag,
    'How long updates waited for their handlers at most, between the last two beats; no sample before the first',
  );

  constructor(version: string, source: HandlersMetricsSource) {
    super(names);
    this.gauge(names.running, 'Handlers that run', source.running);
    this.gauge(names.held, 'Messages received that have not ended', source.held);
    this.describeProcess(names.buildInfo, version);
  }
}
