/**
 * A real Prometheus with the project's own rules scrapes real workers through a hang, a crash and a hand-over.
 *
 * Its intervals are those of production divided by ten: five minutes of silence are 30 seconds here.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock as clock } from '../../services/adapters/system-clock.ts';
import { exitCodes } from '../../services/core/platform/exit-codes.ts';
import { type LabPrometheus, startLabPrometheus } from '../../services/lab/prometheus/lab-prometheus.ts';
import { type BotFixture, botToken, startBotFixture, type WorkerProcess } from '../support/bot-fixture.ts';
import { freePort, until } from '../support/program.ts';
import { realTool } from '../support/real-tools.ts';
import { type Sidecar, startSidecar } from '../support/sidecar.ts';

const executable = realTool('prometheus');
const speed = 10;
const patienceMs = 180_000;
/** The longest that fits: a take-over must end before a missing leader raises an alert, after 12 s at this speed. */
const lease = { POLLING_LOCK_TTL_SECONDS: '6', POLLING_LOCK_RENEW_SECONDS: '2' };

/** A worker and its sidecar, as in one ECS task. */
interface Task {
  readonly botPort: number;
  readonly sidecar: Sidecar;
  worker: WorkerProcess;
}

interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

describe.skipIf(executable === undefined)('Prometheus', () => {
  let stage: BotFixture;
  let prometheus: LabPrometheus;
  let traffic: NodeJS.Timeout;
  const tasks: Task[] = [];

  beforeAll(async () => {
    stage = await startBotFixture();
    prometheus = await startLabPrometheus({ executable: executable ?? '', clock, speed });
    let person = 0;
    traffic = setInterval(() => {
      person = (person % 5) + 1;
      stage.telegram.pushText(botToken, { chatId: person, text: '/help' });
    }, 300);
  });
  afterAll(async () => {
    clearInterval(traffic);
    await Promise.all(tasks.map(({ sidecar }) => sidecar.destroy()));
    await stage?.stop();
    await prometheus?.stop();
  });

  /** Like ECS, starts a worker again if the store was too slow for it at its start, on a busy machine. */
  async function startWorker(botPort: number): Promise<WorkerProcess> {
    for (;;) {
      const worker = await stage.worker({ ...lease, BOT_METRICS_PORT: String(botPort) });
      let code: number | string | undefined;
      void worker.ended.then((end) => {
        code = end;
      });
      const ready = /leading: |standing by: /;
      await until('the worker leads or stands by, or has ended', () =>
        code !== undefined || ready.test(worker.output()) ? true : undefined,
      );
      if (code === undefined) return worker;
      expect(code).toBe(exitCodes.storeUnreachable);
    }
  }

  async function startTask(): Promise<Task> {
    const botPort = await freePort();
    const worker = await startWorker(botPort);
    const task = { botPort, worker, sidecar: await startSidecar(botPort) };
    tasks.push(task);
    return task;
  }

  const scrapeOnly = (...targets: Task[]): Promise<void> =>
    prometheus.setTargets(targets.map(({ sidecar }) => ({ address: sidecar.address })));

  async function ask<T>(path: string): Promise<T> {
    const answer = await fetch(`${prometheus.url}/api/v1/${path}`);
    const body = (await answer.json()) as { status: string; error?: string; data: T };
    if (body.status !== 'success') throw new Error(`${path}: ${body.error}`);
    return body.data;
  }

  async function query(expression: string): Promise<Sample[]> {
    const { result } = await ask<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
      `query?query=${encodeURIComponent(expression)}`,
    );
    return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
  }

  const holds = (what: string, expression: string): Promise<Sample> =>
    until(what, async () => (await query(expression))[0]);

  async function firing(): Promise<string[]> {
    const { alerts } = await ask<{ alerts: { state: string; labels: Record<string, string> }[] }>('alerts');
    const now = alerts.filter(({ state }) => state === 'firing');
    return now.map(({ labels }) => labels['alertname'] ?? '').sort();
  }

  const untilFiring = (...names: string[]): Promise<unknown> =>
    until(`${names.join(', ') || 'nothing'} fires`, async () =>
      JSON.stringify(await firing()) === JSON.stringify(names.toSorted()) ? true : undefined,
    );

  /** Every alert that has fired since then, however briefly. */
  async function firedSince(wallMs: number): Promise<string[]> {
    const elapsedMs = Math.round(clock.wallMs() - wallMs);
    const fired = await query(
      `count by (alertname) (count_over_time(ALERTS{alertstate="firing"}[${elapsedMs}ms]))`,
    );
    return fired.map(({ labels }) => labels['alertname'] ?? '').sort();
  }

  const leads = ({ sidecar }: Task): string =>
    `staffprobot_bot_polling_leader{instance="${sidecar.address}"} == 1`;

  let first: Task;
  let second: Task;

  it('sees one worker lead, and fires no alert', { timeout: patienceMs }, async () => {
    first = await startTask();
    await scrapeOnly(first);
    await holds('the worker leads', leads(first));
    await holds('its heartbeat is fresh', 'time() - staffprobot_bot_polling_heartbeat_timestamp < 5');
    // Long enough for any alert that a start might fire.
    await holds('it has led for a while', `count_over_time((${leads(first)})[10s:1s]) >= 10`);
    expect(await firing()).toEqual([]);
  });

  it('fills every panel of the dashboard, but for those of queue mode, which these workers are not in', {
    timeout: patienceMs,
  }, async () => {
    const file = join(import.meta.dirname, '../../infra/monitoring/grafana-dashboard.json');
    const { panels } = JSON.parse(readFileSync(file, 'utf8')) as {
      panels: { title: string; targets?: { expr: string }[] }[];
    };
    const queueMode = panels.findIndex(({ title }) => title === 'Queue mode');
    expect(queueMode).toBeGreaterThan(0);
    const inline = panels.slice(0, queueMode);
    const queries = inline.flatMap(({ title, targets = [] }) => targets.map(({ expr }) => ({ title, expr })));
    expect(queries.length).toBeGreaterThan(30);
    await holds('updates were handled', 'rate(staffprobot_bot_updates_handled_total{result="ok"}[5m]) > 0');
    await holds('the rule was recorded', 'job:staffprobot_bot_polling:bool == 1');
    for (const { title, expr } of queries) {
      const samples = (await query(expr)).filter(({ value }) => !Number.isNaN(value));
      expect(samples, `${title}: ${expr}`).not.toEqual([]);
    }
  });

  it('fires exactly the alerts of a hung bot, and resolves them', { timeout: patienceMs }, async () => {
    const startedMs = clock.wallMs();
    first.worker.signal('SIGSTOP');
    await untilFiring('StaffProBotBotDown', 'StaffProBotNoLeader', 'StaffProBotNoHeartbeat');
    expect(await query('staffprobot_bot_polling_leader')).toEqual([]);
    const [age] = await query('time() - staffprobot_bot_polling_heartbeat_timestamp');
    expect(age?.value).toBeGreaterThan((5 * 60) / speed);
    // A hung bot fails no scrape of its sidecar; a busy machine may fail one or two.
    const [answered] = await query('avg_over_time(up[30s])');
    expect(answered?.value).toBeGreaterThan(0.8);
    first.worker.signal('SIGCONT');
    await untilFiring();
    await holds('it leads again', leads(first));
    expect(await firedSince(startedMs)).toEqual([
      'StaffProBotBotDown',
      'StaffProBotNoHeartbeat',
      'StaffProBotNoLeader',
    ]);
  });

  it('fires only BotDown for a killed bot whose standby takes over', {
    timeout: patienceMs,
  }, async () => {
    second = await startTask();
    await scrapeOnly(first, second);
    await holds('both answer', 'sum(staffprobot_sidecar_bot_up) == 2');
    const startedMs = clock.wallMs();
    first.worker.signal('SIGKILL');
    await holds('the standby leads', leads(second));
    await untilFiring('StaffProBotBotDown');
    const [alert] = await query('ALERTS{alertstate="firing"}');
    expect(alert?.labels).toMatchObject({ instance: first.sidecar.address, severity: 'warning' });
    first.worker = await startWorker(first.botPort);
    await untilFiring();
    expect(await firedSince(startedMs)).toEqual(['StaffProBotBotDown']);
  });

  it('fires nothing during a hand-over', { timeout: patienceMs }, async () => {
    await holds('the restarted worker stands by', 'sum(staffprobot_sidecar_bot_up) == 2');
    const [before] = await query('max(staffprobot_bot_polling_epoch)');
    const startedMs = clock.wallMs();
    second.worker.signal('SIGTERM');
    expect(await second.worker.ended).toBe(0);
    // Cloud Map removes a stopping task from discovery.
    await scrapeOnly(first);
    second.sidecar.signal('SIGTERM');
    expect(await second.sidecar.ended).toBe(0);
    await holds('the other leads', leads(first));
    await holds('it has led longer than any alert waits', `count_over_time((${leads(first)})[15s:1s]) >= 15`);
    const [after] = await query('max(staffprobot_bot_polling_epoch)');
    expect(after?.value).toBe((before?.value ?? Number.NaN) + 1);
    expect(await firedSince(startedMs)).toEqual([]);
    expect(await firing()).toEqual([]);
  });
});
