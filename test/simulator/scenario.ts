/**
 * One run: several real workers, one store, one Telegram and a script of faults, all from one seed.
 *
 * The workers are the shipped `Worker` with its lease and its updates; the scripts are the shipped ones on the embedded
 * store. Only clock, network and Telegram are simulated. Faults stop at `faultsMs`. Then everything is repaired, and
 * the run continues until the liveness promises must hold.
 */
import type { LuaScript, ScriptReply } from '../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ExclusionChecker, HeartbeatChecker, LivenessChecker, OwnershipChecker } from './checkers.ts';
import { CleanStop } from './clean-stop.ts';
import { Crew } from './crew.ts';
import { DeliveryChecker } from './delivery-checker.ts';
import { FaultScript } from './faults.ts';
import { IncomingUpdates } from './incoming.ts';
import { JournalWitness } from './journal-witness.ts';
import { simulateLoad } from './load.ts';
import type { Mutation } from './mutation.ts';
import { Prng } from './prng.ts';
import { times, ttlMs } from './simulated-worker.ts';
import { StoreClockChecker } from './store-clock-checker.ts';
import { SteppedClock, StoreFaults } from './store-faults.ts';
import { networkFaults, StoreNetwork } from './store-network.ts';
import type { RanScript } from './store-witness.ts';
import { SuspectsChecker } from './suspects-checker.ts';
import { SimulatedTelegram } from './telegram.ts';

export interface RunOptions {
  readonly seed: number;
  readonly mutation?: Mutation;
  readonly trace?: (line: string) => void;
}

const inFlightMaxLarge = 1000;
const isRevoked = (reply: Error | ScriptReply): boolean => Array.isArray(reply) && reply[0] === 2;

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly terms: number;
  readonly completed: number;
}

const [workersMin, workersMax] = [2, 3];
const [faultsMs, quietMs] = [45_000, 45_000];
/** After the faults, until their last request has arrived, and until the load ends. */
const [lateRequestsMs, loadMsMax] = [13_000, 15_000];
/** A stop, and the first steps of the next leader. */
const stopTakesMs = 7500;
const roundMs = 1000;
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
  private readonly suspects: SuspectsChecker;
  private readonly heartbeats: HeartbeatChecker;
  private readonly storeClock = new SteppedClock(this.trueTime);
  private readonly journal: JournalWitness;
  private readonly crew: Crew;
  private readonly faults: FaultScript;
  private readonly cleanStop: CleanStop;
  private faultsOn = true;
  private leaderStaysAway = false;
  private readonly incoming: IncomingUpdates;

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
    const suspects = new SuspectsChecker(() => this.journal.unfinishedIds(), report);
    this.suspects = suspects;
    this.heartbeats = new HeartbeatChecker(report);
    this.journal = new JournalWitness(this.store, this.delivery, termOf);
    const { store, ownership, exclusion, delivery, heartbeats, journal } = this;
    const storeClocks = new StoreClockChecker(times.marginMs);
    const sourceOf = (script: LuaScript): string => mutation.sourceOf?.(script) ?? script.source;
    this.network = new StoreNetwork({
      ...{ trueTime, store, faultsOn, sourceOf, report },
      prng: prng.fork(),
      faults: networkFaults(prng, 2 * ttlMs),
      rpcTimeoutMs: times.rpcTimeoutMs,
      witness: {
        before: ([own = '']) => ownership.before(own),
        after: (ran) => this.scriptRan(ran),
        answered: (script, [term = ''], answer) => {
          // No clock of its holder shows how long this lock has lived.
          if (script.name.startsWith('acquire-') && answer.wasHalted) exclusion.excuse(term);
          if (!script.name.startsWith('renew-')) return;
          // What the process was already doing in this instant goes out before it reads the answer.
          trueTime.schedule(0, () => {
            // The lock of a revoked holder was not renewed: a step before still shortens its life.
            if (!isRevoked(answer.reply)) exclusion.renewalAnswered(term, answer.executedMs);
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
      ...{ trueTime, store, network, telegram, exclusion, delivery, suspects, mutation, inFlightMax },
      ...{ faultsOn, report, note },
      prng: prng.fork(),
      onPoison: () => this.liveness.crashed(nowMs()),
      onDeadLetters: () => this.faults.perhapsRetryAtOnce(),
    });
    const { crew } = this;
    const storeFaults = new StoreFaults({
      ...{ trueTime, store, journal, delivery, exclusion, ownership, heartbeats, faultsOn },
      prng: prng.fork(),
      clock: storeClock,
      beforeLoss: () => {
        crew.endIntruders();
        suspects.storeLost();
      },
    });
    this.faults = new FaultScript({
      ...{ trueTime, store, network, telegram, ownership, exclusion, delivery, storeFaults },
      ...{ ttlMs, faultsOn, sourceOf, termOf, note },
      slots: crew.slots,
      prng: prng.fork(),
      replace: (process) => crew.replace(process),
      intrude: (kind, forMs) => crew.intrude(kind, forMs),
    });
    this.cleanStop = new CleanStop({
      ...{ trueTime, store, network, telegram, crew, delivery, report, note },
      prng: prng.fork(),
    });
    this.incoming = new IncomingUpdates({
      ...{ trueTime, telegram, delivery, prng, note },
      newIdsUntilMs: faultsMs + loadMsMax,
    });
  }

  async run(): Promise<RunResult> {
    if (this.prng.happens(0.9)) this.store.execute(['SET', keys.epoch, '0']);
    const workers = this.prng.integer(workersMin, workersMax);
    for (let index = 0; index < workers; index++) this.crew.start(index);
    void simulateLoad({
      trueTime: this.trueTime,
      prng: this.prng.fork(),
      mayFlood: this.inFlightMax === inFlightMaxLarge,
      untilMs: faultsMs + loadMsMax,
      mayPoison: () => this.faultsOn,
      write: (message) => this.incoming.write(message),
    });
    void this.faults.run(faultsMs);
    await this.trueTime.advance(faultsMs);
    this.repairEverything();
    await this.trueTime.advance(lateRequestsMs);
    const stop = this.leaderStaysAway ? undefined : this.cleanStop.run();
    await this.trueTime.advance(loadMsMax - lateRequestsMs + stopTakesMs);
    await this.advanceUntilDone(quietMs + extraRounds * ttlMs);
    await stop;
    const boundMs = livenessBoundMs + (this.leaderStaysAway ? givesWayMs : 0);
    this.liveness.finish(boundMs, (violation) => this.violations.push(violation));
    this.delivery.finish({ deadIds: this.journal.deadOrLost(), ordered: !this.exclusion.overlapped });
    const { seed, violations } = this;
    const [terms, completed] = [this.ownership.order.size, this.delivery.completedCount];
    this.trace = undefined;
    this.crew.dismiss();
    return { seed, violations: [...violations], terms, completed };
  }

  /** Time in which nothing is left to do proves nothing. */
  private async advanceUntilDone(longestMs: number): Promise<void> {
    const endMs = this.trueTime.monotonicMs() + longestMs;
    const isDone = (): boolean => this.liveness.hasPolled && this.delivery.isDone(this.journal.deadOrLost());
    while (this.trueTime.monotonicMs() < endMs && !isDone()) await this.trueTime.advance(roundMs);
  }

  private repairEverything(): void {
    this.note('--- all faults end');
    this.faultsOn = false;
    this.crew.endIntruders();
    for (const { process } of [...this.crew.slots]) {
      this.network.heal(process.name);
      this.telegram.heal(process.name);
      if (process.isDead) this.crew.replace(process);
      else this.faults.goOn(process);
    }
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

  private scriptRan(ran: RanScript): void {
    const { script, args, by } = ran;
    this.ownership.after(ran);
    if (script.name.startsWith('renew-')) this.heartbeats.written(by, args[2] ?? '', this.storeClock.nowMs());
    if (script.name.startsWith('begin-attempts-')) this.suspects.counted(args);
    this.journal.ran(ran);
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  }
}
