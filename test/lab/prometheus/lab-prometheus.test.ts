import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../../services/adapters/system-clock.ts';
import { startLabPrometheus } from '../../../services/lab/prometheus/lab-prometheus.ts';
import { until } from '../../support/program.ts';
import { realTool } from '../../support/real-tools.ts';

const executable = realTool('prometheus');
describe.skipIf(executable === undefined)('startLabPrometheus', () => {
  it('evaluates the project’s rules at the lab’s speed, scrapes its targets, and leaves nothing', async () => {
    const prometheus = await startLabPrometheus({ executable: executable ?? '', clock, speed: 10 });
    try {
      expect((await fetch(prometheus.alertsUrl)).status).toBe(200);
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
      // A browser shows a page of another site only what names that page here.
      const headers = { origin: 'https://evil.example' };
      const answer = await fetch(`${prometheus.url}/api/v1/query?query=up`, { headers });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
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

  it('ends with the lab, even if the lab is killed', async () => {
    const script = `
      const { startLabPrometheus } = await import(process.argv[1]);
      const { systemClock: clock } = await import(process.argv[2]);
      const { url } = await startLabPrometheus({ executable: process.argv[3], clock, speed: 1 });
      console.log(url);
      setInterval(() => {}, 1000);`;
    const modules = ['lab/prometheus/lab-prometheus.ts', 'adapters/system-clock.ts'].map(
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
