/**
 * One run: several real workers, one store, one Telegram and a script of faults, all from one seed.
 *
 * The workers are the shipped `Worker` with its lease and its updates; the scripts are the shipped ones on the embedded
 * store. Only clock, network and Telegram are simulated. Faults stop at `faultsMs`. Then everything is repaired, and
 * the run continues until the liveness promises must hold.
 */
import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ExclusionChecker, HeartbeatChecker, LivenessChecker, OwnershipChecker } from './checkers.ts';
import { Crew } from './crew.ts';
import { DeliveryChecker } from './delivery-checker.ts';
import { FaultScript } from './faults.ts';
import { JournalWitness } from './journal-witness.ts';
import { type SimulatedMessage, simulateLoad } from './load.ts';
import type { Mutation } from './mutation.ts';
import { Prng } from './prng.ts';
import { times, ttlMs } from './simulated-worker.ts';
import { StoreClockChecker } from './store-clock-checker.ts';
import { SteppedClock, StoreFaults } from './store-faults.ts';
import { type NetworkFaults, StoreNetwork } from './store-network.ts';
import { SimulatedTelegram } from './telegram.ts';

export interface RunOptions {
  readonly seed: number;
  readonly mutation?: Mutation;
  readonly trace?: (line: string) => void;
}

const inFlightMaxLarge = 1000;

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly terms: number;
  readonly completed: number;
}

const [workersMin, workersMax] = [2, 3];
const [faultsMs, quietMs] = [45_000, 45_000];
/** A quarantine, the rest of a dead leader's TTL, and a poll or two. */
const livenessBoundMs = 3 * ttlMs + 10_000;
/** A leader that alone does not reach Telegram has two TTLs, and then drains. */
const givesWayMs = 2 * ttlMs + 3000;
const staysAwayProbability = 0.15;
/** Each poison update costs three TTLs: the run may last this many TTLs longer. */
const extraRounds = 20;

const keys = storeKeys('');
const sharedStore = await createEmbeddedStore({ nowMs: () => 0 });

export async function run({ seed, mutation = {}, trace }: RunOptions): Promise<RunResult> {
  const simulation = new Simulation(seed, mutation, trace);
  return simulation.run();
}

class Simulation {
  private readonly seed: number;
  private trace: ((line: string) => void) | undefined;
  private readonly trueTime = new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) });
  private readonly prng: Prng;
  private readonly inFlightMax: number;
  private readonly store: EmbeddedStore;
  private readonly network: StoreNetwork;
  private readonly telegram: SimulatedTelegram;
  private readonly violations: string[] = [];
  private readonly ownership: OwnershipChecker;
  private readonly exclusion: ExclusionChecker;
  private readonly liveness = new LivenessChecker();
  private readonly delivery: DeliveryChecker;
  private readonly heartbeats: HeartbeatChecker;
  private readonly storeClock = new SteppedClock(this.trueTime);
  private readonly journal: JournalWitness;
  private readonly crew: Crew;
  private readonly faults: FaultScript;
  private faultsOn = true;
  private leaderStaysAway = false;
  private nextUpdateId: number;

  constructor(seed: number, mutation: Mutation, trace: ((line: string) => void) | undefined) {
    this.seed = seed;
    this.trace = trace;
    this.prng = new Prng(seed);
    const { trueTime, prng, storeClock } = this;
    this.store = sharedStore.sibling({ nowMs: () => storeClock.nowMs() });
    const report = (violation: string): void => {
      this.violations.push(violation);
      this.note(`VIOLATION: ${violation}`);
    };
    const note = (line: string): void => this.note(line);
    const nowMs = (): number => trueTime.monotonicMs();
    const faultsOn = (): boolean => this.faultsOn;
    const termOf = (name: string): string | undefined => this.crew.termOf(name);
    this.ownership = new OwnershipChecker(this.store, keys.lock, report);
    this.exclusion = new ExclusionChecker(this.ownership, { nowMs, report });
    this.delivery = new DeliveryChecker(report);
    this.heartbeats = new HeartbeatChecker(report);
    this.journal = new JournalWitness(this.store, this.delivery, termOf);
    const { store, ownership, exclusion, delivery, heartbeats, journal } = this;
    const storeClocks = new StoreClockChecker(times.marginMs);
    const sourceOf = (script: LuaScript): string => mutation.sourceOf?.(script) ?? script.source;
    this.network = new StoreNetwork({
      ...{ trueTime, store, faultsOn, sourceOf },
      prng: prng.fork(),
      faults: networkFaults(prng),
      rpcTimeoutMs: times.rpcTimeoutMs,
      witness: {
        before: () => ownership.before(),
        after: (...ran) => this.scriptRan(...ran),
        answered: (script, [term = ''], answer) => {
          if (!script.name.startsWith('renew-')) return;
          // What the process was already doing in this instant goes out before it reads the answer.
          trueTime.schedule(0, () => {
            exclusion.renewalAnswered(term, answer.executedMs);
            if (storeClocks.showsMove(term, answer)) exclusion.over(term);
          });
        },
      },
      onSend: (process) => this.faults.perhapsFreezeAndCut(process),
    });
    this.telegram = new SimulatedTelegram({
      ...{ trueTime, faultsOn },
      prng: prng.fork(),
      faults: {
        fail: prng.unit() * 0.05,
        loseAnswer: prng.unit() * 0.03,
        connectSlowly: prng.unit() * 0.05,
      },
      onCall: (by, method) => this.crew.called(by, method),
      onPolled: () => this.liveness.polled(nowMs()),
    });
    this.inFlightMax = prng.oneOf([2, 3, inFlightMaxLarge]);
    const { network, telegram, inFlightMax } = this;
    this.crew = new Crew({
      ...{ trueTime, store, network, telegram, exclusion, delivery, mutation, inFlightMax },
      ...{ faultsOn, report, note },
      prng: prng.fork(),
    });
    const { crew } = this;
    const storeFaults = new StoreFaults({
      ...{ trueTime, store, journal, delivery, exclusion, ownership, heartbeats, faultsOn },
      prng: prng.fork(),
      clock: storeClock,
      beforeLoss: () => crew.endIntruders(),
    });
    this.faults = new FaultScript({
      ...{ trueTime, store, network, telegram, ownership, exclusion, delivery, storeFaults },
      ...{ ttlMs, faultsOn, sourceOf, termOf, note },
      slots: crew.slots,
      prng: prng.fork(),
      restart: (index) => crew.start(index),
      intrude: (kind, forMs) => crew.intrude(kind, forMs),
    });
    this.nextUpdateId = prng.integer(2_000_001, 1_000_000_000);
  }

  async run(): Promise<RunResult> {
    if (this.prng.happens(0.9)) this.store.execute(['SET', keys.epoch, '0']);
    const workers = this.prng.integer(workersMin, workersMax);
    for (let index = 0; index < workers; index++) this.crew.start(index);
    void simulateLoad({
      trueTime: this.trueTime,
      prng: this.prng.fork(),
      mayFlood: this.inFlightMax === inFlightMaxLarge,
      untilMs: faultsMs + quietMs / 3,
      mayPoison: () => this.faultsOn,
      write: (message) => this.write(message),
    });
    void this.faults.run(faultsMs);
    await this.trueTime.advance(faultsMs);
    this.repairEverything();
    await this.trueTime.advance(quietMs);
    const isDone = (): boolean => this.delivery.isDone(this.journal.deadOrLost());
    for (let round = 0; round < extraRounds && !isDone(); round++) await this.trueTime.advance(ttlMs);
    const boundMs = livenessBoundMs + (this.leaderStaysAway ? givesWayMs : 0);
    this.liveness.finish(boundMs, (violation) => this.violations.push(violation));
    this.delivery.finish({ deadIds: this.journal.deadOrLost(), ordered: !this.exclusion.overlapped });
    const { seed, violations } = this;
    const [terms, completed] = [this.ownership.order.size, this.delivery.completedCount];
    this.trace = undefined;
    this.crew.dismiss();
    return { seed, violations: [...violations], terms, completed };
  }

  private write({ chat, workMs, endless, poison }: SimulatedMessage): void {
    const update_id = this.nextUpdateId++;
    this.delivery.push({ id: update_id, chat, poison, endless });
    this.telegram.push({ update_id, message: { chat: { id: chat } }, workMs, endless, poison });
  }

  private repairEverything(): void {
    this.note('--- all faults end');
    this.faultsOn = false;
    this.crew.endIntruders();
    this.crew.slots.forEach(({ process }, index) => {
      this.network.heal(process.name);
      this.telegram.heal(process.name);
      if (process.isDead) this.crew.start(index);
      else this.faults.goOn(process);
    });
    if (this.prng.happens(staysAwayProbability)) this.keepLeaderAway();
    this.liveness.faultsEnded(this.trueTime.monotonicMs());
    // What an operator put back is replayed by the next leader: a deploy.
    if (this.delivery.hasRetried) void this.faults.revokeForDeploy();
  }

  /** Telegram stays out of reach for the leader alone: another must lead. */
  private keepLeaderAway(): void {
    const leader = this.crew.slots.find(({ process }) => this.crew.termOf(process.name) !== undefined);
    if (leader === undefined) return;
    const { name } = leader.process;
    this.note(`--- Telegram stays away (${name})`);
    this.leaderStaysAway = true;
    this.telegram.cut(name);
    this.trueTime.schedule(quietMs, () => this.telegram.heal(name));
  }

  private scriptRan(...[script, args, before, by]: Parameters<OwnershipChecker['after']>): void {
    this.ownership.after(script, args, before, by);
    if (script.name.startsWith('renew-')) this.heartbeats.written(by, args[2] ?? '', this.storeClock.nowMs());
    this.journal.ran(script, args, before, by);
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  }
}

function networkFaults(prng: Prng): NetworkFaults {
  return {
    loseRequest: prng.unit() * 0.05,
    loseAnswer: prng.unit() * 0.05,
    repeatRequest: prng.unit() * 0.15,
    delayLong: prng.unit() * 0.05,
    loseHint: prng.unit(),
    longDelayMsMax: 2 * ttlMs,
  };
}
