/** One second of the charts. */
import type { Percentiles } from '../load/load-view.ts';

export interface Sample {
  readonly atMs: number;
  readonly updatesPerSecond: number;
  /** Latency of recent answers; null if the last seconds brought none. */
  readonly latencyMs: Percentiles | null;
  readonly heartbeatAgeSeconds: number | null;
}
