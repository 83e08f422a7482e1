import { expect, it } from 'vitest';
import { measureColdStart } from './cold-start.ts';

it('starts each bundled function from one file and loads no AWS client', async () => {
  const { emptyMs, functions } = await measureColdStart({ rounds: 1 });
  expect(emptyMs).toBeGreaterThan(0);
  expect(functions.map(({ name }) => name)).toEqual(['heartbeat-monitor', 'release-lock']);
  for (const { bundleBytes, startMs, loaded, lazy } of functions) {
    expect(bundleBytes).toBeGreaterThan(0);
    expect(startMs).toBeGreaterThan(0);
    expect(loaded).toEqual(['index.js']);
    expect(lazy).toContain('client-ecs.js');
  }
  expect(functions[0]?.bundleBytes).toBeLessThanOrEqual(200_000);
});
