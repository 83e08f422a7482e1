/** That Grafana takes the dashboard as it is. That its queries find data is seen in `test/e2e/prometheus.long.test.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { botMetricNames } from '../../../services/bot/contract.ts';
import { handlersMetricNames } from '../../../services/handlers/contract.ts';
import { sidecarMetricNames, sidecarProcessPrefix } from '../../../services/metrics-sidecar/contract.ts';

interface Panel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly datasource?: unknown;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly {
    readonly refId: string;
    readonly expr: string;
    readonly datasource: unknown;
  }[];
}

const folder = join(import.meta.dirname, '../../../infra/monitoring');
const dashboard = JSON.parse(readFileSync(join(folder, 'grafana-dashboard.json'), 'utf8')) as {
  readonly uid: string;
  readonly id: unknown;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly type: string }[] };
};
const { panels } = dashboard;
const queries = panels.flatMap(({ targets = [] }) => targets);

describe('the dashboard', () => {
  it('needs no edit: it asks for its data source by a variable of its own', () => {
    const source = { type: 'prometheus', uid: `$\{datasource}` };
    expect(dashboard.id).toBeNull();
    expect(dashboard.templating.list).toContainEqual(
      expect.objectContaining({ name: 'datasource', type: 'datasource', query: 'prometheus' }),
    );
    for (const { datasource } of [...queries, ...panels.filter(({ type }) => type !== 'row')]) {
      expect(datasource).toEqual(source);
    }
    // Nothing else is left for Grafana to fill in, so each query runs as it stands.
    expect(queries.filter(({ expr }) => expr.includes('$'))).toEqual([]);
  });

  it('keeps the job in every sum, so that two bots in one Prometheus do not melt into one', () => {
    const sums = queries.flatMap(({ expr }) =>
      [...expr.matchAll(/\bby \(([^)]*)\)/g)].map(([, by = '']) => by),
    );
    expect(sums.length).toBeGreaterThan(10);
    expect(sums.filter((by) => !by.split(/,\s*/).includes('job'))).toEqual([]);
  });

  it('gives each panel an id, a title, an explanation and a place of its own', () => {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    for (const { title, type, description = '', targets = [] } of panels) {
      expect(title).not.toBe('');
      if (type === 'row') continue;
      expect(description.length, title).toBeGreaterThan(20);
      expect(new Set(targets.map(({ refId }) => refId)).size, title).toBe(targets.length);
      expect(targets.length, title).toBeGreaterThan(0);
    }
    const taken = new Set<string>();
    for (const { gridPos, title } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(taken.has(`${x} ${y}`), `${title} at ${x} ${y}`).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });
});

describe('dashboard and rules', () => {
  /** A series of Prometheus itself, from paused.yml. */
  const paused = 'staffprobot_paused';
  const rules = ['alerts.yml', 'recording.yml']
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('');
  const ofWorkers = [...Object.values(botMetricNames), ...Object.values(sidecarMetricNames)];
  const known = new Set<string>([...ofWorkers, ...Object.values(handlersMetricNames)]);

  it('ask for no metric that nobody serves', () => {
    const text = `${rules}${queries.map(({ expr }) => expr).join('\n')}`;
    const asked = [...new Set(text.match(/(?<![\w:])staffprobot_[a-z0-9_]+\b/g))];
    expect(asked.length).toBeGreaterThan(15);
    const unknown = asked
      .map((name) => (known.has(name) ? name : name.replace(/_(bucket|sum|count)$/, '')))
      .filter(
        (name) => name !== paused && !known.has(name) && !name.startsWith(`${sidecarProcessPrefix}process_`),
      );
    expect(unknown).toEqual([]);
  });

  it('show every metric of the bot and the sidecar in the dashboard, but for those that explain others', () => {
    const shown = queries.map(({ expr }) => expr).join('\n');
    const explaining: string[] = [botMetricNames.lastPollTimestamp, sidecarMetricNames.botLooks];
    expect(ofWorkers.filter((name) => !shown.includes(name) && !explaining.includes(name))).toEqual([]);
  });
});
