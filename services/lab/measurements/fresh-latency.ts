/**
 * The latency of a load's answers for a chart, as long as answers come. Old measurements say nothing about this second, so
 * the chart shows a gap instead.
 */
import type { Clock } from '../../core/platform/clock.ts';
import type { LoadCounts, Percentiles } from '../load/load-view.ts';

/** The slowest loads answer one message a second. */
const freshMs = 3000;

export class FreshLatency {
  private readonly clock: Clock;
  private readonly counts: () => LoadCounts;
  private answered = 0;
  private answeredMs = Number.NEGATIVE_INFINITY;

  constructor({ clock, counts }: { clock: Clock; counts: () => LoadCounts }) {
    this.clock = clock;
    this.counts = counts;
  }

  /** To be called once a second: the number of answers shows whether new ones have come. */
  read(): Percentiles | null {
    const nowMs = this.clock.monotonicMs();
    const { answered, latencyMs } = this.counts();
    if (answered !== this.answered) {
      this.answered = answered;
      this.answeredMs = nowMs;
    }
    return nowMs - this.answeredMs < freshMs ? latencyMs : null;
  }
}
