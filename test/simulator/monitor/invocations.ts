/** The monitor's runs: one a minute, sometimes none, sometimes ten at once. Each is the shipped monitor on its adapters. */
import { remainingTime } from '../../../functions/shared/lambda-time.ts';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { redisInboxStore } from '../../../services/adapters/redis/inbox/inbox-store.ts';
import { redisOutageStore } from '../../../services/adapters/redis/outage/outage-store.ts';
import { runMonitor } from '../../../services/core/monitor/monitor.ts';
import type { MonitorSettings } from '../../../services/core/monitor/monitor-ports.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import type { StoreKeys } from '../../../services/core/platform/store-keys.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import type { Channels } from './channels.ts';
import type { MonitorMutation } from './mutation.ts';
import type { Report } from './outage-checker.ts';
import type { StoreLine } from './store-line.ts';

export interface InvocationsOptions {
  readonly trueTime: VirtualClock;
  readonly keys: StoreKeys;
  readonly line: StoreLine;
  readonly channels: Channels;
  readonly settings: MonitorSettings;
  readonly mutation: MonitorMutation;
  readonly faultsOn: () => boolean;
  /** Called for each run that begins. */
  readonly harm: (process: SimulatedProcess, chance: Prng) => void;
  readonly report: Report;
}

const minuteMs = 60_000;
const runLimitMs = 55_000;

export class Invocations {
  /** Superadmins who cannot be reached, as the last run says. */
  unreachable: readonly string[] = [];
  count = 0;
  private readonly options: InvocationsOptions;
  private readonly processes = new Map<string, SimulatedProcess>();

  constructor(options: InvocationsOptions) {
    this.options = options;
  }

  processOf(name: string): SimulatedProcess | undefined {
    return this.processes.get(name);
  }

  async everyMinute(chance: Prng, untilMs: number): Promise<void> {
    const { trueTime, faultsOn } = this.options;
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(minuteMs + chance.integer(-500, 500));
      const dice = faultsOn() ? chance.unit() : 1;
      const count = dice < 0.05 ? 0 : dice < 0.07 ? 10 : dice < 0.15 ? chance.integer(2, 3) : 1;
      for (let index = 0; index < count; index += 1) void this.invoke(chance.fork());
    }
  }

  async invoke(chance: Prng): Promise<void> {
    const { trueTime, settings, mutation, harm } = this.options;
    await trueTime.sleep(chance.integer(0, chance.oneOf([20, 300])));
    this.count += 1;
    const process = new SimulatedProcess(`run-${this.count}`, trueTime, { rate: 1, wallOffsetMs: 0 });
    this.processes.set(process.name, process);
    harm(process, chance);
    const remainingMs = remainingTime(process, runLimitMs, undefined);
    try {
      const left = mutation.wrapTime?.(remainingMs) ?? remainingMs;
      this.unreachable = (await runMonitor(this.portsOf(process, chance), settings, left)).unreachable;
    } catch (error) {
      this.failed(process, error, remainingMs());
    }
  }

  private portsOf(process: SimulatedProcess, chance: Prng): Parameters<typeof runMonitor>[0] {
    const { line, keys, channels, mutation } = this.options;
    const runner = line.runnerFor(process);
    const store = redisOutageStore(runner, keys);
    return {
      outages: mutation.wrapStore?.(store) ?? store,
      inbox: redisInboxStore(runner, keys),
      audit: redisAuditTrail(runner, keys),
      telegram: channels.telegramFor(process),
      topic: channels.topicFor(process),
      ecs: channels.ecsFor(process),
      random: chance,
      logger: silent,
      redact: (text) => text,
    };
  }

  private failed({ name }: SimulatedProcess, error: unknown, leftMs: number): void {
    const { line, faultsOn, report } = this.options;
    if (!(error instanceof StoreUnreachableError)) report(`${name}: ${String(error)}`);
    else if (!faultsOn() && line.isAway) report('a run failed after the faults had ended');
    else if ((line.lost.get(name) ?? 0) < 2 && leftMs > runLimitMs / 2)
      report(`${name} failed although one answer was lost`);
  }
}

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
