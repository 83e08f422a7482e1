/** What the charts show of one second. */
import type { Percentiles } from '../load/load-view.ts';

export interface Sample {
  readonly atMs: number;
  readonly updatesPerSecond: number;
  /** Of the answers of late; null when the last seconds brought none. */
  readonly latencyMs: Percentiles | null;
  readonly heartbeatAgeSeconds: number | null;
}
