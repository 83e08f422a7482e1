/**
 * About an hour of the monitor from one seed: a run every minute, sometimes none, sometimes ten at once; slow, killed and
 * frozen runs; a bot that comes and goes; channels that fail; a store that is unreachable at times.
 *
 * The monitor and its adapters are the shipped ones, and the shipped scripts run on the embedded store. Only time, the
 * network and the channels are simulated. The faults stop at a random moment, mostly with something half done. Then the
 * bot stays silent until every recipient knows or must know, and works until every recipient knows or must know that.
 */
import { redisOutageControl } from '../../../services/adapters/redis/outage/outage-control.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import { BotLife, lockWithoutExpiryOf } from './bot-life.ts';
import { Channels } from './channels.ts';
import { DeliveryChecker } from './delivery-checker.ts';
import { HandlersChecker } from './handlers-checker.ts';
import { HandlersLife } from './handlers-life.ts';
import { Harm } from './harm.ts';
import { Invocations } from './invocations.ts';
import { MessageChecker } from './message-checker.ts';
import type { MonitorMutation } from './mutation.ts';
import { OutageChecker } from './outage-checker.ts';
import { People } from './people.ts';
import { StoreLine } from './store-line.ts';
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
/** Once all is told: nothing more may come. */
const afterwardsMs = 5 * minuteMs;
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
  private readonly handlers: HandlersLife;
  private readonly invocations: Invocations;
  private readonly harm: Harm;
  private faultsOn = true;
  private handlersAreDone = false;
  /** The bot's last phase may outlast the faults. */
  private silentSinceMs = Number.POSITIVE_INFINITY;

  constructor(seed: number, mutation: MonitorMutation, trace: ((line: string) => void) | undefined) {
    this.seed = seed;
    this.mutation = mutation;
    this.trace = trace;
    const chance = new Prng(seed);
    this.chance = chance;
    const worstCase = chance.fork();
    const { trueTime } = this;
    const newProcess = (name: string): SimulatedProcess =>
      new SimulatedProcess(name, trueTime, { rate: 1, wallOffsetMs: 0 });
    const note = (line: string): void => this.note(line);
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
        handlersChecker.ran(ran);
        this.harm.ran(ran);
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
      process: newProcess('bot'),
      chance: chance.fork(),
      superadminIds,
      outages: this.outages,
      warnings: this.warnings,
      note,
    });
    this.people = new People({
      trueTime,
      store: redisOutageControl(this.line.runnerFor(newProcess('people')), keys),
      chance: chance.fork(),
      superadminIds,
      outages: this.outages,
      faultsOn,
      note,
    });
    const settings = {
      staleMs,
      lateMs: 60_000,
      reminderMs: chance.happens(0.5) ? chance.integer(2, 9) * minuteMs : 0,
      autoRestartMs: chance.happens(0.5) ? chance.integer(3, 9) * minuteMs : 0,
      superadminIds,
      locale: 'ru',
    } as const;
    const handlersChecker = new HandlersChecker({
      ...{ store: this.store, outageKey: keys.outage, line: this.line, nowMs, report },
    });
    this.handlers = new HandlersLife({
      ...{ trueTime, store: this.store, keys, line: this.line, superadminIds, mutation, note },
      chance: chance.fork(),
      checker: handlersChecker,
    });
    this.invocations = new Invocations({
      ...{ trueTime, keys, line: this.line, channels: this.channels, settings, mutation, faultsOn, report },
      harm: (process, ofRun) => this.harm.toRun(process, ofRun),
    });
    const { invocations } = this;
    this.harm = new Harm({
      ...{ trueTime, line: this.line, channels: this.channels, life: this.life, faultsOn, note },
      chance: worstCase,
      processOf: (name) => invocations.processOf(name),
      invoke: (ofRun) => void invocations.invoke(ofRun),
    });
  }

  async run(): Promise<MonitorRunResult> {
    const faultsMs = this.chance.integer(12, 40) * minuteMs;
    void this.life.live(faultsMs).then(() => {
      this.silentSinceMs = this.trueTime.monotonicMs();
    });
    void this.life.causeWarnings(faultsMs);
    void this.handlers.live(faultsMs).then(() => {
      this.handlersAreDone = true;
    });
    void this.invocations.everyMinute(this.chance.fork(), faultsMs + silentAtEndMs + upAtEndMs);
    void this.harm.cause(faultsMs);
    void this.people.act(faultsMs);
    await this.trueTime.advance(faultsMs);
    this.endFaults();
    const silentUntilMs = faultsMs + silentAtEndMs;
    const isStale = (): boolean => this.trueTime.monotonicMs() - this.silentSinceMs > staleMs;
    await this.advanceUntil(() => isStale() && this.untoldOfDown().length === 0, silentUntilMs);
    this.violations.push(...this.untoldOfDown());
    // The last run begins within a minute, and ends in its time.
    const endMs = silentUntilMs + upAtEndMs + 2 * minuteMs;
    void this.life.up(endMs - this.trueTime.monotonicMs());
    await this.advanceUntil(() => this.handlersAreDone && this.untoldOfRecovery().length === 0, endMs);
    this.violations.push(...this.untoldOfRecovery());
    const { seed, violations } = this;
    const [outages, messages] = [this.outages.outages.size, this.deliveries.messages];
    return { seed, violations, runs: this.invocations.count, outages, messages };
  }

  private endFaults(): void {
    this.note('--- all faults end, and the bot is silent');
    this.faultsOn = false;
    this.line.isAway = false;
    this.channels.isDeploying = false;
    void this.life.lockWithoutExpiry(lastLock, silentAtEndMs + upAtEndMs);
  }

  /** Time in which nothing is left to tell proves nothing. */
  private async advanceUntil(isAllTold: () => boolean, latestMs: number): Promise<void> {
    const leftMs = (): number => latestMs - this.trueTime.monotonicMs();
    while (leftMs() > 0 && !(this.messages.isFinal && isAllTold()))
      await this.trueTime.advance(Math.min(minuteMs, leftMs()));
    await this.trueTime.advance(Math.min(afterwardsMs, leftMs()));
  }

  private untoldOfDown(): readonly string[] {
    const { newest } = this.outages;
    const isOpen = newest !== undefined && newest.recoveredMs === undefined;
    return [...(isOpen ? [] : ['no outage was opened']), ...this.messages.untruths(reachable)];
  }

  private untoldOfRecovery(): readonly string[] {
    const { outages, messages, invocations, warnings, deliveries, store } = this;
    const unreachable = invocations.unreachable.join();
    const records = store.execute(['HVALS', keys.deliveries]) as string[];
    const open = records.filter((one) => /^(pending|claimed)\|/.test(one));
    return [
      ...(outages.newest?.recoveredMs === undefined ? ['the last outage was not ended'] : []),
      ...messages.untruths(reachable),
      ...(unreachable === blockedChat ? [] : [`unreachable: ${unreachable}`]),
      ...warnings.missing(deliveries, reachable, `=${lastLock}`),
      ...(store.execute(['GET', keys.alertSent]) === null ? [] : ['the flag stayed']),
      ...(open.length === 0 ? [] : [`unfinished in the end: ${open.join(', ')}`]),
    ];
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(9)} ${line}`);
  }
}
