/** What the charts show of one second. */
import type { Percentiles } from '../load/load-view.ts';

export interface Sample {
  readonly atMs: number;
  readonly updatesPerSecond: number;
  /** Of the answers of the last seconds; null when there were none. */
  readonly latencyMs: Percentiles | null;
  readonly heartbeatAgeSeconds: number | null;
  /** Updates that wait at Telegram. */
  readonly pending: number;
}
