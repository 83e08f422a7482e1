import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { botMetricNames as names } from '../../services/bot/contract.ts';
import { BotMetrics } from '../../services/bot/metrics.ts';
import { leaseObserver, sessionObserver } from '../../services/bot/observer.ts';
import type { Term } from '../../services/core/lease/term.ts';
import type { Logger } from '../../services/core/platform/logger.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import type { ReceivedUpdate } from '../../services/core/updates/handler-run.ts';
import { updateTypes } from '../../services/core/updates/update.ts';
import { parseExposition } from '../../services/metrics-sidecar/exposition.ts';
import { realTool } from '../support/real-tools.ts';
import { seriesOf } from '../support/sidecar.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const quiet: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

function observed() {
  const clock = new VirtualClock({ wallMs: 1_700_000_000_000 });
  const state = { leader: false, epoch: 0, inFlight: 0, journaled: 0 };
  const metrics = new BotMetrics('1.2.3', {
    leader: () => state.leader,
    epoch: () => state.epoch,
    inFlight: () => state.inFlight,
    journaled: () => state.journaled,
  });
  const series = async () => seriesOf(await metrics.registry.metrics());
  return {
    state,
    metrics,
    series,
    lease: leaseObserver(quiet, metrics),
    session: sessionObserver({
      logger: quiet,
      metrics,
      clock,
      handlers: { ended: () => {} },
      apiRoot: 'https://telegram.example',
    }),
  };
}

const job = {
  update: { update_id: 1, message: { chat: { id: 5 } } },
  lane: 'chat 5',
  attempt: 1,
  isReplay: false,
};

describe('the bot’s metrics', () => {
  it('starts every series of a counter at 0, so that the first event is an increase', async () => {
    const series = await observed().series();
    for (const result of ['ok', 'conflict', 'webhook', 'rate_limited', 'token_rejected', 'trouble']) {
      expect(series.get(`${names.polls}{result="${result}"}`)).toBe(0);
    }
    for (const type of [...updateTypes, 'other']) {
      expect(series.get(`${names.updatesReceived}{type="${type}"}`)).toBe(0);
    }
    for (const name of [names.conflicts, names.updatesDead, names.updatesOverdue])
      expect(series.get(name)).toBe(0);
    for (const result of ['ok', 'failed'])
      expect(series.get(`${names.updatesHandled}{result="${result}"}`)).toBe(0);
    for (const kind of ['unreachable', 'refused'])
      expect(series.get(`${names.storeErrors}{kind="${kind}"}`)).toBe(0);
  });

  it('has no heartbeat or last-poll sample before the first', async () => {
    const { series, lease, session } = observed();
    const before = await series();
    expect(before.has(names.heartbeatTimestamp)).toBe(false);
    expect(before.has(names.lastPollTimestamp)).toBe(false);
    lease.onRenewed({} as Term, {});
    session.onPoll('trouble', 5);
    expect((await series()).has(names.heartbeatTimestamp)).toBe(false);
    expect((await series()).has(names.lastPollTimestamp)).toBe(false);
    lease.onRenewed({} as Term, { heartbeat: JSON.stringify({ ts: '2026-11-22T10:00:00.500Z' }) });
    session.onPoll('ok', 5);
    const after = await series();
    expect(after.get(names.heartbeatTimestamp)).toBe(Date.UTC(2026, 10, 22, 10) / 1000 + 0.5);
    expect(after.get(names.lastPollTimestamp)).toBe(1_700_000_000);
  });

  it('shows who leads, the epoch, what is in flight and journaled at the moment of the scrape', async () => {
    const { state, series } = observed();
    Object.assign(state, { leader: true, epoch: 7, inFlight: 3, journaled: 2 });
    const now = await series();
    expect(
      [names.leader, names.epoch, names.updatesInFlight, names.updatesJournaled].map((n) => now.get(n)),
    ).toEqual([1, 7, 3, 2]);
    state.leader = false;
    expect((await series()).get(names.leader)).toBe(0);
  });

  it('counts polls by result, and conflicts on their own as well', async () => {
    const { series, session } = observed();
    session.onPoll('ok', 30_000);
    session.onPoll('conflict', 20);
    session.onPoll('rate limited', 20);
    const now = await series();
    expect(now.get(`${names.polls}{result="ok"}`)).toBe(1);
    expect(now.get(`${names.polls}{result="rate_limited"}`)).toBe(1);
    expect(now.get(names.conflicts)).toBe(1);
    expect(now.get(`${names.pollDuration}_count`)).toBe(3);
    expect(now.get(`${names.pollDuration}_bucket{le="30"}`)).toBe(3);
    expect(now.get(`${names.pollDuration}_bucket{le="20"}`)).toBe(2);
  });

  it('counts updates by type and result, and those overdue or dead', async () => {
    const { series, session } = observed();
    session.onReceived([
      { update_id: 1, message: {} },
      { update_id: 2, callback_query: {} },
      { update_id: 3 },
    ]);
    session.onEnd(job as ReceivedUpdate, 'ok', 2);
    session.onEnd(job as ReceivedUpdate, 'failed', 61_000, new Error('x'));
    session.onOverdue(job as ReceivedUpdate, 60_000);
    session.onDeadLetters([4, 5]);
    const now = await series();
    for (const type of ['message', 'callback_query', 'other'])
      expect(now.get(`${names.updatesReceived}{type="${type}"}`)).toBe(1);
    expect(now.get(`${names.updatesHandled}{result="failed"}`)).toBe(1);
    expect(now.get(`${names.updateDuration}_bucket{le="0.0025"}`)).toBe(1);
    expect(now.get(`${names.updateDuration}_bucket{le="60"}`)).toBe(1);
    expect(now.get(names.updatesOverdue)).toBe(1);
    expect(now.get(names.updatesDead)).toBe(2);
  });

  it('counts only the store’s failures as store errors', async () => {
    const { series, lease, session } = observed();
    lease.onTrouble('renew', new StoreUnreachableError('renew', new Error('no answer in time')));
    session.onTrouble('write the journal', new StoreUnreachableError('write', new Error('x')));
    session.onTrouble('write the journal', new StoreRefusedError('write', 'OOM'));
    session.onTrouble('getUpdates', new Error('502'));
    const now = await series();
    expect(now.get(`${names.storeErrors}{kind="unreachable"}`)).toBe(2);
    expect(now.get(`${names.storeErrors}{kind="refused"}`)).toBe(1);
  });

  it('gives polls buckets from 50 ms to 50 s and updates from 1 ms to 60 s', async () => {
    const bounds = async (name: string): Promise<string[]> =>
      [...(await observed().series()).keys()].flatMap(
        (key) => new RegExp(`^${name}_bucket\\{le="(.*)"\\}$`).exec(key)?.[1] ?? [],
      );
    expect(
      (await bounds(names.pollDuration)).filter((_, at, all) => at === 0 || at >= all.length - 2),
    ).toEqual(['0.05', '50', '+Inf']);
    expect(
      (await bounds(names.updateDuration)).filter((_, at, all) => at === 0 || at >= all.length - 2),
    ).toEqual(['0.001', '60', '+Inf']);
  });

  it('keeps the number of series bounded, whatever users send', async () => {
    const { series, session } = observed();
    const before = (await series()).size;
    for (let id = 1; id < 500; id += 1) {
      session.onReceived([{ update_id: id, [`made_up_${id}`]: { chat: { id } } }]);
      session.onEnd({ ...job, lane: `chat ${id}` } as ReceivedUpdate, 'failed', id, new Error(`error ${id}`));
      session.onTrouble('getUpdates', new Error(`trouble ${id}`));
    }
    // Nothing may appear except poll and last-poll series.
    expect((await series()).size - before).toBeLessThanOrEqual(20);
    expect([...(await series()).keys()].join('\n')).not.toMatch(/made_up|chat 4|error 4/);
  });

  it('has a help text for every metric', async () => {
    for (const { name, help } of parseExposition(await observed().metrics.registry.metrics())) {
      if (name.startsWith('staffprobot_')) expect(help.length, name).toBeGreaterThan(25);
    }
  });

  it.skipIf(realTool('promtool') === undefined)('satisfies promtool', async () => {
    const { metrics, session } = observed();
    session.onPoll('ok', 5);
    metrics.storeCommands.inc({ script: 'renew-polling-lock-4' });
    const input = await metrics.registry.metrics();
    execFileSync(realTool('promtool') ?? '', ['check', 'metrics'], { input, stdio: 'pipe' });
  });
});
