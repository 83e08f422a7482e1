import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { registerProcessMetrics } from '../../services/adapters/process-metrics.ts';

it('serves Node’s own metrics under the prefix, but no gauge that is named like a counter', async () => {
  const registry = new Registry();
  registerProcessMetrics(registry, 'mine_');
  const text = await registry.metrics();
  expect(text).toMatch(/^mine_process_resident_memory_bytes \d+/m);
  expect(text).toMatch(/^mine_nodejs_eventloop_lag_p99_seconds /m);
  expect(text).not.toMatch(/nodejs_active_\w+_total/);
});
