/**
 * The bot's metrics. Times are epoch seconds.
 *
 * Guarantees
 * - No label takes an unbounded value: no user, chat or update id, and no text from a remote side.
 * - Every series of a counter starts at 0: `increase()` sees no rise in a counter whose first sample is 1, so an alert
 *   would miss the first event. (The exception is the counter of store commands; no alert uses it.)
 * - The heartbeat and last-poll gauges have no sample before the first one: 0 would read as the year 1970.
 */
import type { Counter, Gauge } from 'prom-client';
import { HandlerMetricsBase } from '../adapters/metrics-base.ts';
import type { PollFailure } from '../core/updates/poll-failure.ts';
import { updateTypes } from '../core/updates/update.ts';
import { botMetricNames as names } from './contract.ts';

/** Read at each scrape. */
export interface MetricsSource {
  leader(): boolean;
  epoch(): number;
  inFlight(): number;
  journaled(): number;
}

type PollResult = 'ok' | PollFailure['kind'];

/** The type check fails if a result is missing here. */
const pollResults = Object.keys({
  ok: true,
  conflict: true,
  webhook: true,
  'rate limited': true,
  'token rejected': true,
  trouble: true,
} satisfies Record<PollResult, true>) as PollResult[];

/** A poll waits up to 50 s for updates, so a quiet bot's polls fall into the last buckets. */
const pollBucketsSeconds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 40, 50];

export function pollResultLabel(result: PollResult): string {
  return result.replaceAll(' ', '_');
}

export class BotMetrics extends HandlerMetricsBase {
  readonly conflicts = this.counter(
    names.conflicts,
    'Polls that Telegram ended because another program polls with the same token (HTTP 409)',
  );
  readonly polls = this.counter('result', {
    name: names.polls,
    help: 'getUpdates calls by result: ok, or why not',
    values: pollResults.map(pollResultLabel),
  });
  readonly pollDuration = this.histogram(
    names.pollDuration,
    'How long a getUpdates call took, including the wait for updates',
    pollBucketsSeconds,
  );
  readonly updatesReceived = this.counter('type', {
    name: names.updatesReceived,
    help: 'Updates received from Telegram by type, without redeliveries',
    values: [...updateTypes, 'other'],
  });
  readonly updatesDead = this.counter(
    names.updatesDead,
    'Updates that became dead letters after their last attempt',
  );
  readonly storeCommands = this.counter('script', {
    name: names.storeCommands,
    help: 'Requests sent to the store, by script or command',
    values: [],
  });
  readonly storeErrors = this.counter('kind', {
    name: names.storeErrors,
    help:
      'Requests of the lease and the pipeline that the store failed: unreachable (no usable answer) or refused ' +
      '(an error of its own)',
    values: ['unreachable', 'refused'],
  });
  readonly heartbeatTimestamp = this.unsetGauge(
    names.heartbeatTimestamp,
    'When this process wrote its last heartbeat, in epoch seconds; no sample before the first',
  );
  readonly lastPollTimestamp = this.unsetGauge(
    names.lastPollTimestamp,
    'When a poll of this process last succeeded, in epoch seconds; no sample before the first',
  );

  /** Made in queue mode alone. */
  queueSeries(): { readonly sends: Counter<'result'>; readonly depth: Gauge; readonly deadLetters: Gauge } {
    const sends = this.counter('result', {
      name: names.queueSends,
      help: 'Updates sent to the queue, by result: sent, or failed and to be sent again',
      values: ['sent', 'failed'],
    });
    const depth = this.unsetGauge(
      names.queueDepth,
      'Messages in the updates queue, waiting or in flight; no sample before the first reading',
    );
    const deadLetters = this.unsetGauge(
      names.queueDeadLetters,
      'Messages in the dead-letter queue of the updates queue; no sample before the first reading',
    );
    return { sends, depth, deadLetters };
  }

  constructor(version: string, source: MetricsSource) {
    super(names);
    this.gauge(names.leader, '1 while this process holds the polling lock and may act, else 0', () =>
      source.leader() ? 1 : 0,
    );
    this.gauge(
      names.epoch,
      'Fencing epoch of the term that this process leads; 0 while it leads none',
      source.epoch,
    );
    this.gauge(
      names.updatesInFlight,
      'Updates received or replayed whose handler has not ended',
      source.inFlight,
    );
    this.gauge(
      names.updatesJournaled,
      'Entries in the journal of unfinished updates that this process knows of',
      source.journaled,
    );
    this.describeProcess(names.buildInfo, version);
  }
}
