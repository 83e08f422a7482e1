/**
 * A quarter of an hour of workers and monitor on one store: what the workers write is what the monitor judges, and what the
 * monitor's automatic restart does is done to the workers.
 *
 * Worker, monitor, adapters and scripts are the shipped ones; clock, network, Telegram and ECS are simulated. From time to
 * time all workers hang, or Telegram is away for all of them, until a restart helps or it is back.
 */
import { remainingTime } from '../../../functions/shared/lambda-time.ts';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { redisInboxStore } from '../../../services/adapters/redis/inbox/inbox-store.ts';
import { redisOutageStore } from '../../../services/adapters/redis/outage/outage-store.ts';
import { runMonitor } from '../../../services/core/monitor/monitor.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import type { WorkerService } from '../../../services/core/platform/worker-service.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { ExclusionChecker, OwnershipChecker } from '../checkers.ts';
import { Crew } from '../crew.ts';
import { DeliveryChecker } from '../delivery-checker.ts';
import { IncomingUpdates } from '../incoming.ts';
import { JournalWitness } from '../journal-witness.ts';
import { simulateLoad } from '../load.ts';
import { StoreLine } from '../monitor/store-line.ts';
import type { Mutation } from '../mutation.ts';
import { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import { times, ttlMs } from '../simulated-worker.ts';
import { networkFaults, StoreNetwork } from '../store-network.ts';
import { SuspectsChecker } from '../suspects-checker.ts';
import { SimulatedTelegram } from '../telegram.ts';
import { OutageTruth } from './outage-truth.ts';

export interface TogetherOptions {
  readonly seed: number;
  readonly mutation?: Mutation;
  readonly trace?: (line: string) => void;
}

export interface TogetherResult {
  readonly violations: readonly string[];
  readonly outages: number;
  readonly restarts: number;
}

const minuteMs = 60_000;
const [faultsMs, quietMs] = [15 * minuteMs, 6 * minuteMs];
export const settings = {
  staleMs: minuteMs,
  lateMs: 30_000,
  reminderMs: 0,
  autoRestartMs: 2 * minuteMs,
  superadminIds: ['101'],
  locale: 'en',
} as const;
/** ECS sends SIGTERM, and kills after this time. */
const killAfterMs = 5000;
const faultGapMsMax = 4 * minuteMs;
const workers = 2;
const keys = storeKeys('');
const sharedStore = await createEmbeddedStore({ nowMs: () => 0 });

export function run({ seed, mutation = {}, trace }: TogetherOptions): Promise<TogetherResult> {
  return new TogetherSimulation(seed, mutation, trace).run();
}

class TogetherSimulation {
  private readonly trueTime = new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) });
  private readonly prng: Prng;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly store: EmbeddedStore;
  private readonly line: StoreLine;
  private readonly telegram: SimulatedTelegram;
  private readonly delivery: DeliveryChecker;
  private readonly journal: JournalWitness;
  private readonly exclusion: ExclusionChecker;
  private readonly crew: Crew;
  private readonly truth: OutageTruth;
  private readonly incoming: IncomingUpdates;
  private readonly violations: string[] = [];
  private faultsOn = true;
  private monitorRuns = 0;

  constructor(seed: number, mutation: Mutation, trace: ((line: string) => void) | undefined) {
    const prng = new Prng(seed);
    this.prng = prng;
    this.trace = trace;
    const { trueTime } = this;
    const store = sharedStore.sibling({ nowMs: () => trueTime.wallMs() });
    this.store = store;
    const report = (violation: string): void => {
      this.violations.push(violation);
      this.note(`VIOLATION: ${violation}`);
    };
    const note = (line: string): void => this.note(line);
    const nowMs = (): number => trueTime.monotonicMs();
    const faultsOn = (): boolean => this.faultsOn;
    const sourceOf: Required<Mutation>['sourceOf'] = (script) => mutation.sourceOf?.(script) ?? script.source;
    const ownership = new OwnershipChecker(store, keys.lock, report);
    const exclusion = new ExclusionChecker(ownership, { nowMs, report });
    const delivery = new DeliveryChecker(report);
    const journal = new JournalWitness(store, delivery, (name) => this.crew.termOf(name));
    const suspects = new SuspectsChecker(() => journal.unfinishedIds(), report);
    const truth = new OutageTruth(settings, { nowMs, report });
    this.exclusion = exclusion;
    this.delivery = delivery;
    this.journal = journal;
    this.truth = truth;
    const network = new StoreNetwork({
      ...{ trueTime, store, faultsOn, sourceOf, report },
      prng: prng.fork(),
      faults: networkFaults(prng, 2 * ttlMs),
      rpcTimeoutMs: times.rpcTimeoutMs,
      witness: {
        before: ([own = '']) => ownership.before(own),
        after: (ran) => {
          ownership.after(ran);
          if (ran.script.name.startsWith('begin-attempts-')) suspects.counted(ran.args);
          journal.ran(ran);
        },
        answered: () => {},
      },
      onSend: () => {},
    });
    const telegram = new SimulatedTelegram({
      ...{ trueTime, faultsOn },
      prng: prng.fork(),
      faults: { fail: 0.02, loseAnswer: 0.01, connectSlowly: 0 },
      onCall: (by, method) => this.crew.called(by, method),
      onPolled: () => truth.polled(),
    });
    this.telegram = telegram;
    this.crew = new Crew({
      ...{
        trueTime,
        store,
        network,
        telegram,
        exclusion,
        delivery,
        suspects,
        mutation,
        faultsOn,
        report,
        note,
      },
      prng: prng.fork(),
      inFlightMax: 1000,
      onPoison: () => {},
      onDeadLetters: () => {},
    });
    this.line = new StoreLine({
      ...{ trueTime, store, faultsOn, sourceOf },
      chance: prng.fork(),
      trouble: 0.01,
      witness: (ran) => truth.ran(ran),
    });
    this.incoming = new IncomingUpdates({
      ...{ trueTime, telegram, delivery, prng, note },
      newIdsUntilMs: faultsMs,
    });
  }

  async run(): Promise<TogetherResult> {
    this.store.execute(['SET', keys.epoch, '0']);
    for (let index = 0; index < workers; index++) this.crew.start(index);
    void this.watch();
    void this.causeFaults();
    void simulateLoad({
      trueTime: this.trueTime,
      prng: this.prng.fork(),
      mayFlood: false,
      untilMs: faultsMs + minuteMs,
      mayPoison: () => false,
      write: (message) => this.incoming.write(message),
    });
    await this.trueTime.advance(faultsMs);
    this.note('--- all faults end');
    this.faultsOn = false;
    for (const { process } of this.crew.slots) this.telegram.heal(process.name);
    if (this.truth.needsPerson) this.restartWorkers('a person');
    await this.trueTime.advance(quietMs);
    this.truth.finish();
    this.delivery.finish({ deadIds: this.journal.deadOrLost(), ordered: !this.exclusion.overlapped });
    this.crew.dismiss();
    const { outages, restarts } = this.truth;
    return { violations: [...this.violations], outages, restarts };
  }

  /** A run of the monitor each minute. */
  private async watch(): Promise<void> {
    const { trueTime, prng } = this;
    const chance = prng.fork();
    for (;;) {
      await trueTime.sleep(minuteMs + chance.integer(-500, 500));
      void this.runMonitor(chance.fork());
    }
  }

  private async runMonitor(chance: Prng): Promise<void> {
    this.monitorRuns += 1;
    const process = this.newProcess(`run-${this.monitorRuns}`);
    const runner = this.line.runnerFor(process);
    const ports = {
      outages: redisOutageStore(runner, keys),
      inbox: redisInboxStore(runner, keys),
      audit: redisAuditTrail(runner, keys),
      telegram: this.telegram.apiFor(process),
      topic: undefined,
      ecs: this.ecs(),
      random: chance,
      logger: silent,
      redact: (text: string) => text,
    };
    try {
      await runMonitor(ports, settings, remainingTime(process, 55_000, undefined));
    } catch (error) {
      this.note(`${process.name} failed: ${String(error)}`);
    }
  }

  private ecs(): WorkerService {
    return {
      describe: async () => ({ desired: workers, running: workers, deploying: false, lastStopReason: null }),
      restart: async () => {
        this.truth.restarted();
        this.restartWorkers('ECS');
        return 'deployment';
      },
    };
  }

  /** A restart replaces every worker: SIGTERM, and SIGKILL for those that do not end. */
  private restartWorkers(who: string): void {
    this.note(`--- ${who} restarts the workers`);
    for (const { process, stop } of this.crew.slots) {
      process.whenRunning(() => stop.abort());
      this.trueTime.schedule(killAfterMs, () => this.crew.replace(process));
    }
  }

  private async causeFaults(): Promise<void> {
    const { trueTime, prng, telegram, crew } = this;
    const chance = prng.fork();
    for (;;) {
      await trueTime.sleep(chance.integer(10_000, faultGapMsMax));
      if (!this.faultsOn) return;
      const fault = chance.oneOf(['all hang', 'one hangs', 'Telegram away', 'crash'] as const);
      this.note(`--- ${fault}`);
      const slots =
        fault === 'all hang' || fault === 'Telegram away' ? [...crew.slots] : [chance.oneOf(crew.slots)];
      for (const { process } of slots) {
        if (fault === 'Telegram away') telegram.cut(process.name);
        else if (fault === 'crash') crew.replace(process);
        else process.pause();
      }
      if (fault !== 'Telegram away') continue;
      await trueTime.sleep(chance.integer(10_000, faultGapMsMax));
      for (const { process } of slots) telegram.heal(process.name);
    }
  }

  private newProcess(name: string): SimulatedProcess {
    return new SimulatedProcess(name, this.trueTime, { rate: 1, wallOffsetMs: 0 });
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  }
}

const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };

function nothing(): void {}
