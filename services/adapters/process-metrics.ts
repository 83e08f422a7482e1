/**
 * Node's own metrics of this process, for the bot and its sidecar.
 *
 * Without the gauges whose names end in `_total`: promtool refuses them, and rightly. The delay of the event loop is sampled
 * ten times a second instead of a hundred times, which cost most of an idle process's CPU; 0.1 s is therefore what an
 * undisturbed loop shows.
 */
import { collectDefaultMetrics, type Registry } from 'prom-client';

const loopSampleMs = 100;

export function registerProcessMetrics(registry: Registry, prefix = ''): void {
  collectDefaultMetrics({ register: registry, prefix, eventLoopMonitoringPrecision: loopSampleMs });
  for (const kind of ['handles', 'requests', 'resources']) {
    registry.removeSingleMetric(`${prefix}nodejs_active_${kind}_total`);
  }
}
