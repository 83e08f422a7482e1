/**
 * About an hour of the monitor from one seed: a run every minute, sometimes none, sometimes ten at once; slow, killed and
 * frozen runs; a bot that comes and goes; channels that fail; a store that is unreachable at times.
 *
 * The monitor and its adapters are the shipped ones, and the shipped scripts run on the embedded store. Only time, the
 * network and the channels are simulated. The faults stop at a random moment, mostly with something half done. Then the
 * bot stays silent until every recipient must know, and works until every recipient must know that.
 */
import { remainingTime } from '../../../functions/shared/lambda-time.ts';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { redisInboxStore } from '../../../services/adapters/redis/inbox/inbox-store.ts';
import { redisOutageControl } from '../../../services/adapters/redis/outage/outage-control.ts';
import { redisOutageStore } from '../../../services/adapters/redis/outage/outage-store.ts';
import { runMonitor } from '../../../services/core/monitor/monitor.ts';
import type { MonitorSettings } from '../../../services/core/monitor/monitor-ports.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import { BotLife, lockWithoutExpiryOf } from './bot-life.ts';
import { Channels } from './channels.ts';
import { DeliveryChecker } from './delivery-checker.ts';
import { MessageChecker } from './message-checker.ts';
import type { MonitorMutation } from './mutation.ts';
import { OutageChecker } from './outage-checker.ts';
import { People } from './people.ts';
import { type RanScript, StoreLine } from './store-line.ts';
import { WarningChecker } from './warning-checker.ts';

export interface MonitorRunOptions {
  readonly seed: number;
  readonly mutation?: MonitorMutation;
  readonly trace?: (line: string) => void;
}

export interface MonitorRunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly outages: number;
  readonly messages: number;
  readonly runs: number;
}

const minuteMs = 60_000;
const staleMs = 300_000;
/** The limit, the time of an unstable outage, the longest back-off, an abandoned claim, and a margin. */
const silentAtEndMs = 35 * minuteMs;
const upAtEndMs = 30 * minuteMs;
const runLimitMs = 55_000;
const superadminIds = ['101', '103'];
const blockedChat = '103';
const recipients = superadminIds.flatMap((id) => [`IN_APP|${id}`, `TELEGRAM|${id}`]);
const reachable = [...recipients, 'SNS|topic'].filter((to) => to !== `TELEGRAM|${blockedChat}`);
const lastLock = lockWithoutExpiryOf('#last#');
const keys = storeKeys('');
const sharedStore = await createEmbeddedStore({ nowMs: () => 0 });

export function run({ seed, mutation = {}, trace }: MonitorRunOptions): Promise<MonitorRunResult> {
  return new MonitorSimulation(seed, mutation, trace).run();
}

class MonitorSimulation {
  private readonly seed: number;
  private readonly mutation: MonitorMutation;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly trueTime = new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) });
  private readonly chance: Prng;
  private readonly store: EmbeddedStore;
  private readonly line: StoreLine;
  private readonly channels: Channels;
  private readonly life: BotLife;
  private readonly people: People;
  private readonly outages: OutageChecker;
  private readonly deliveries: DeliveryChecker;
  private readonly messages: MessageChecker;
  private readonly warnings: WarningChecker;
  private readonly violations: string[] = [];
  private readonly settings: MonitorSettings;
  private readonly processes = new Map<string, SimulatedProcess>();
  private readonly worstCase: Prng;
  private faultsOn = true;
  private unreachable: readonly string[] = [];
  private runs = 0;

  constructor(seed: number, mutation: MonitorMutation, trace: ((line: string) => void) | undefined) {
    this.seed = seed;
    this.mutation = mutation;
    this.trace = trace;
    const chance = new Prng(seed);
    this.chance = chance;
    this.worstCase = chance.fork();
    const { trueTime } = this;
    const nowMs = (): number => trueTime.wallMs();
    this.store = sharedStore.sibling({ nowMs });
    const report = (violation: string): void => {
      this.violations.push(violation);
      this.note(`VIOLATION: ${violation}`);
    };
    this.outages = new OutageChecker({
      store: this.store,
      heartbeatKey: keys.heartbeat,
      staleMs,
      nowMs,
      report,
    });
    const recordOf = (field: string): string | null =>
      this.store.execute(['HGET', keys.deliveries, field]) as string | null;
    this.messages = new MessageChecker({ nowMs, report });
    this.deliveries = new DeliveryChecker(this.outages, {
      nowMs,
      report,
      recordOf,
      onArrival: (arrival) => this.messages.arrived(arrival),
    });
    this.warnings = new WarningChecker({ nowMs, report });
    const faultsOn = (): boolean => this.faultsOn;
    this.line = new StoreLine({
      trueTime,
      store: this.store,
      chance: chance.fork(),
      faultsOn,
      trouble: chance.unit() * 0.03,
      sourceOf: (script) => this.mutation.sourceOf?.(script) ?? script.source,
      witness: (ran) => {
        if (this.trace !== undefined)
          this.note(
            `${ran.by} ran ${ran.script} ${ran.args.slice(0, 3).join(' ')} → ${JSON.stringify(ran.reply)}`,
          );
        this.outages.ran(ran);
        this.messages.ran(ran);
        this.deliveries.ran(ran);
        this.warnings.ran(ran);
        this.maybeComeBack(ran);
        this.maybeFreeze(ran);
        this.people.ran(ran);
      },
    });
    this.channels = new Channels({
      trueTime,
      chance: chance.fork(),
      faultsOn,
      trouble: chance.unit() * 0.5,
      deadly: chance.unit() * 0.08,
      blockedChat,
      witness: this.deliveries,
    });
    this.life = new BotLife({
      trueTime,
      store: this.store,
      keys,
      line: this.line,
      process: this.newProcess('bot'),
      chance: chance.fork(),
      superadminIds,
      outages: this.outages,
      warnings: this.warnings,
      note: (line) => this.note(line),
    });
    this.people = new People({
      trueTime,
      store: redisOutageControl(this.line.runnerFor(this.newProcess('people')), keys),
      chance: chance.fork(),
      superadminIds,
      outages: this.outages,
      faultsOn,
      note: (line) => this.note(line),
    });
    this.settings = {
      staleMs,
      lateMs: 60_000,
      reminderMs: chance.happens(0.5) ? chance.integer(2, 9) * minuteMs : 0,
      autoRestartMs: chance.happens(0.5) ? chance.integer(3, 9) * minuteMs : 0,
      superadminIds,
      locale: 'ru',
    };
  }

  async run(): Promise<MonitorRunResult> {
    const faultsMs = this.chance.integer(12, 40) * minuteMs;
    void this.life.live(faultsMs);
    void this.life.causeWarnings(faultsMs);
    void this.invokeEveryMinute(faultsMs + silentAtEndMs + upAtEndMs);
    void this.causeFaults(faultsMs);
    void this.people.act(faultsMs);
    await this.trueTime.advance(faultsMs);
    this.endFaults();
    await this.trueTime.advance(silentAtEndMs);
    this.expectDownDelivered();
    void this.life.up(upAtEndMs);
    await this.trueTime.advance(upAtEndMs + runLimitMs);
    this.expectRecoveryDelivered();
    const { seed, violations, runs } = this;
    return { seed, violations, runs, outages: this.outages.outages.size, messages: this.deliveries.messages };
  }

  private endFaults(): void {
    this.note('--- all faults end, and the bot is silent');
    this.faultsOn = false;
    this.line.isAway = false;
    this.channels.isDeploying = false;
    void this.life.lockWithoutExpiry(lastLock, silentAtEndMs + upAtEndMs);
  }

  private expectDownDelivered(): void {
    const { newest } = this.outages;
    if (newest === undefined || newest.recoveredMs !== undefined)
      this.violations.push('no outage was opened');
    this.messages.expectTruth(reachable);
  }

  private expectRecoveryDelivered(): void {
    const { newest } = this.outages;
    if (newest?.recoveredMs === undefined) this.violations.push('the last outage was not ended');
    this.messages.expectTruth(reachable);
    if (this.unreachable.join() !== blockedChat)
      this.violations.push(`unreachable: ${this.unreachable.join()}`);
    this.warnings.finish(this.deliveries, reachable, `=${lastLock}`);
    if (this.store.execute(['GET', keys.alertSent]) !== null) this.violations.push('the flag stayed');
    const records = this.store.execute(['HVALS', keys.deliveries]);
    const open = Array.isArray(records)
      ? records.filter((one) => /^(pending|claimed)\|/.test(String(one)))
      : [];
    if (open.length > 0) this.violations.push(`unfinished in the end: ${open.join(', ')}`);
  }

  private async invokeEveryMinute(untilMs: number): Promise<void> {
    const { trueTime } = this;
    const chance = this.chance.fork();
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(minuteMs + chance.integer(-500, 500));
      const dice = this.faultsOn ? chance.unit() : 1;
      const count = dice < 0.05 ? 0 : dice < 0.07 ? 10 : dice < 0.15 ? chance.integer(2, 3) : 1;
      for (let index = 0; index < count; index += 1) void this.invoke(chance.fork());
    }
  }

  private async invoke(chance: Prng): Promise<void> {
    await this.trueTime.sleep(chance.integer(0, chance.oneOf([20, 300])));
    this.runs += 1;
    const process = this.newProcess(`run-${this.runs}`);
    this.maybeHarm(process, chance);
    const runner = this.line.runnerFor(process);
    const store = redisOutageStore(runner, keys);
    const ports = {
      outages: this.mutation.wrapStore?.(store) ?? store,
      inbox: redisInboxStore(runner, keys),
      audit: redisAuditTrail(runner, keys),
      telegram: this.channels.telegramFor(process),
      topic: this.channels.topicFor(process),
      ecs: this.channels.ecsFor(process),
      random: chance,
      logger: silent,
      redact: (text: string) => text,
    };
    const remainingMs = remainingTime(process, runLimitMs, undefined);
    try {
      const report = await runMonitor(
        ports,
        this.settings,
        this.mutation.wrapTime?.(remainingMs) ?? remainingMs,
      );
      this.unreachable = report.unreachable;
    } catch (error) {
      if (!(error instanceof StoreUnreachableError))
        this.violations.push(`${process.name}: ${String(error)}`);
      else if (!this.faultsOn && this.line.isAway)
        this.violations.push('a run failed after the faults had ended');
      else if ((this.line.lost.get(process.name) ?? 0) < 2 && remainingMs() > runLimitMs / 2)
        this.violations.push(`${process.name} failed although one answer was lost`);
    }
  }

  /** Kills some runs at any moment, and freezes others, some for longer than a claim lasts. */
  private maybeHarm(process: SimulatedProcess, chance: Prng): void {
    if (!this.faultsOn) return;
    if (chance.happens(0.08)) this.later(chance.integer(0, 12_000), () => process.crash());
    if (!chance.happens(0.05)) return;
    const frozenMs = chance.integer(5000, 100_000);
    this.later(chance.integer(0, 4000), () => process.pause());
    void this.trueTime.sleep(4000 + frozenMs).then(() => process.resume());
  }

  /**
   * The worst moments to come back: right after a run has observed the store, while it sends "down", or after it has sent
   * "down" and got no answer.
   */
  private maybeComeBack({ script, args, reply }: RanScript): void {
    const claimed = script === 'claim-delivery-3' && Array.isArray(reply) ? String(reply[0]) : '';
    const unsure = script === 'settle-delivery-2' && args[4] === '1' ? String(args[0]) : '';
    const field = claimed + unsure;
    const isSending = field.includes('|down|') || field.includes('|reminder-');
    const isLikely = field.includes('|reminder-') || unsure !== '';
    const probability = unsure.includes('|IN_APP|') ? 0.6 : isLikely ? 0.2 : isSending ? 0.04 : 0.02;
    if (!this.faultsOn || !(isSending || script === 'watch-bot-10')) return;
    if (!this.worstCase.happens(probability)) return;
    this.note('--- a heartbeat at the worst moment');
    this.life.beat();
    if (isSending) void this.invoke(this.worstCase.fork());
  }

  /** The worst moment to freeze: with a claim on its way that has ended when the run wakes. */
  private maybeFreeze({ by, script, reply }: RanScript): void {
    if (!this.faultsOn || script !== 'claim-delivery-3' || reply === null || !this.worstCase.happens(0.005))
      return;
    const process = this.processes.get(by);
    this.note(`--- ${by} freezes with a claim`);
    process?.pause();
    void this.trueTime.sleep(this.worstCase.integer(40_000, 100_000)).then(() => process?.resume());
  }

  private async causeFaults(untilMs: number): Promise<void> {
    const { trueTime, line, channels } = this;
    const chance = this.chance.fork();
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(chance.integer(3, 25) * minuteMs);
      if (!this.faultsOn) return;
      const forMs = chance.integer(20_000, 200_000);
      const fault = chance.oneOf(['away', 'deploying'] as const);
      this.note(`--- ${fault} for ${forMs} ms`);
      if (fault === 'away') line.isAway = true;
      else channels.isDeploying = true;
      await trueTime.sleep(forMs);
      line.isAway = false;
      channels.isDeploying = false;
    }
  }

  private later(delayMs: number, action: () => void): void {
    void this.trueTime.sleep(delayMs).then(() => {
      if (this.faultsOn) action();
    });
  }

  private newProcess(name: string): SimulatedProcess {
    const process = new SimulatedProcess(name, this.trueTime, { rate: 1, wallOffsetMs: 0 });
    this.processes.set(name, process);
    return process;
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(9)} ${line}`);
  }
}

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
