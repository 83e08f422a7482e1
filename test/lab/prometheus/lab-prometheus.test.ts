import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../../services/adapters/system-clock.ts';
import { startLabPrometheus } from '../../../services/lab/prometheus/lab-prometheus.ts';
import { scaleRules } from '../../../services/lab/prometheus/scale-rules.ts';
import { until } from '../../support/program.ts';
import { realTool } from '../../support/real-tools.ts';

describe('quickenRules', () => {
  it('leaves everything as it is at the speed of production', () => {
    const text = 'for: 2m\nexpr: rate(x[5m]) > 5 * 60\n';
    expect(scaleRules(text, 1)).toBe(text);
  });

  it.each([
    ['for: 2m', 'for: 12000ms'],
    ['increase(x[5m]) >= 3', 'increase(x[30000ms]) >= 3'],
    ['x offset 15m', 'x offset 90000ms'],
    ['max_over_time(x[1h:15s])', 'max_over_time(x[360000ms:1500ms])'],
    ['time() - x > 5 * 60', 'time() - x > 5 * 6'],
    ['scrape_interval: 5s', 'scrape_interval: 500ms'],
    ['evaluation_interval: 1s', 'evaluation_interval: 500ms'],
    ['127.0.0.1:9464', '127.0.0.1:9464'],
    ['quantile(0.95, x) > 5', 'quantile(0.95, x) > 5'],
    ['staffprobot_x_5m_total', 'staffprobot_x_5m_total'],
  ])('makes %j ten times faster', (text, quick) => {
    expect(scaleRules(text, 10)).toBe(quick);
  });
});

const executable = realTool('prometheus');
describe.skipIf(executable === undefined)('startLabPrometheus', () => {
  it('judges by the project’s rules at the lab’s speed, knows its targets, and leaves nothing', async () => {
    const prometheus = await startLabPrometheus({ executable: executable ?? '', clock, speed: 10 });
    try {
      await prometheus.setTargets([{ address: '127.0.0.1:9', labels: { worker: 'worker-1' } }]);
      const target = await until('the target is known', async () => {
        const { data } = await ask(`${prometheus.url}/api/v1/targets?state=active`);
        return (data as { activeTargets: { labels: unknown }[] }).activeTargets[0];
      });
      expect(target.labels).toEqual({ instance: '127.0.0.1:9', job: 'staffprobot', worker: 'worker-1' });
      const { data } = await ask(`${prometheus.url}/api/v1/rules?type=alert`);
      const { groups } = data as { groups: { rules: { name: string; duration: number }[] }[] };
      const rules = groups.flatMap((group) => group.rules);
      expect(rules.find(({ name }) => name === 'StaffProBotNoLeader')?.duration).toBe(12);
    } finally {
      await prometheus.stop();
    }
    await expect(fetch(`${prometheus.url}/-/ready`)).rejects.toThrow();
  });

  it('says why Prometheus did not come up', async () => {
    await expect(startLabPrometheus({ executable: '/bin/false', clock, speed: 1 })).rejects.toThrow(
      /prometheus did not come up/,
    );
  });

  it('goes with the lab, also when the lab is killed', async () => {
    const script = `
      const { startLabPrometheus } = await import(process.argv[1]);
      const { systemClock: clock } = await import(process.argv[2]);
      const { url } = await startLabPrometheus({ executable: process.argv[3], clock, speed: 1 });
      console.log(url);
      setInterval(() => {}, 1000);`;
    const modules = ['lab/prometheus.ts', 'adapters/system-clock.ts'].map(
      (path) => new URL(`../../../services/${path}`, import.meta.url).href,
    );
    const words = ['--input-type=module', '-e', script, ...modules, executable ?? ''];
    const parent = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(parent.stdout, 'data');
    const url = String(line).trim();
    const { data } = await ask(`${url}/api/v1/status/flags`);
    const folder = (data as Record<string, string>)['storage.tsdb.path'] ?? '';
    expect(existsSync(folder)).toBe(true);
    parent.kill('SIGKILL');
    await once(parent, 'close');
    await until('its folder is gone', () => (existsSync(folder) ? undefined : true));
    await expect(fetch(`${url}/-/ready`)).rejects.toThrow();
  });
});

async function ask(url: string): Promise<{ data: unknown }> {
  return (await (await fetch(url)).json()) as { data: unknown };
}
