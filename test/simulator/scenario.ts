/**
 * One run: several real workers, one store, one Telegram and a script of faults, all from one seed.
 *
 * The workers are the shipped `Worker` with its lease and its updates; the scripts are the shipped ones on the embedded
 * store. Only clock, network and Telegram are simulated. Faults stop at `faultsMs`. Then everything is repaired, and
 * the run continues until the liveness promises must hold.
 */
import { redisUpdateJournal } from '../../services/adapters/redis/journal/update-journal.ts';
import { redisLockStore } from '../../services/adapters/redis/lease/lock-store.ts';
import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import type { Worker } from '../../services/bot/worker.ts';
import type { PollingLockStore } from '../../services/core/lease/lock-store.ts';
import type { Term } from '../../services/core/lease/term.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { Update } from '../../services/core/updates/update.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import {
  DeliveryChecker,
  ExclusionChecker,
  HeartbeatChecker,
  LivenessChecker,
  OwnershipChecker,
} from './checkers.ts';
import { FaultScript, type Slot } from './faults.ts';
import { type SimulatedMessage, simulateLoad } from './load.ts';
import { Prng } from './prng.ts';
import { SimulatedProcess } from './process.ts';
import { simulatedWorker, times, ttlMs } from './simulated-worker.ts';
import { StoreNetwork } from './store-network.ts';
import { SimulatedTelegram } from './telegram.ts';

/** What a mutant changes; empty for the shipped program. */
export interface Mutation {
  sourceOf?(script: LuaScript): string;
  wrapLockStore?(store: PollingLockStore, raw: EmbeddedStore): PollingLockStore;
  random?(prng: Prng): Prng;
}

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
const driftMax = 0.0045;
/** More than the monitor waits: a heartbeat on such a wall clock would open a false outage. */
const wallOffsetMsMax = 400_000;
const restartMs = 1000;
/** Each poison update costs three TTLs: the run may last this many TTLs longer. */
const extraRounds = 20;

const keys = storeKeys('');
const botId = '1';
const sharedStore = await createEmbeddedStore({ nowMs: () => 0 });

export async function run({ seed, mutation = {}, trace }: RunOptions): Promise<RunResult> {
  const simulation = new Simulation(seed, mutation, trace);
  return simulation.run();
}

class Simulation {
  private readonly seed: number;
  private readonly mutation: Mutation;
  private trace: ((line: string) => void) | undefined;
  private readonly trueTime = new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) });
  private readonly prng: Prng;
  private readonly writes = new Set<string>();
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
  private readonly slots: Slot[] = [];
  /** Aborted at the end: Node keeps a combined signal while it has listeners, and crashed processes never stop listening. */
  private readonly stops: AbortController[] = [];
  private readonly workers = new Map<string, Worker>();
  private readonly wipedIds = new Set<number>();
  private readonly released = new Set<string>();
  private faultsOn = true;
  private readonly faults: FaultScript;
  private nextUpdateId: number;

  constructor(seed: number, mutation: Mutation, trace: ((line: string) => void) | undefined) {
    this.seed = seed;
    this.mutation = mutation;
    this.trace = trace;
    this.prng = new Prng(seed);
    const { trueTime, prng } = this;
    this.store = sharedStore.sibling({ nowMs: () => trueTime.wallMs() });
    const report = (violation: string): void => {
      this.violations.push(violation);
      this.note(`VIOLATION: ${violation}`);
    };
    this.ownership = new OwnershipChecker(this.store, keys.lock, report);
    this.exclusion = new ExclusionChecker(this.ownership, report);
    this.delivery = new DeliveryChecker(report);
    this.heartbeats = new HeartbeatChecker(report);
    const faultsOn = (): boolean => this.faultsOn;
    const sourceOf = (script: LuaScript): string => this.mutation.sourceOf?.(script) ?? script.source;
    this.network = new StoreNetwork({
      trueTime,
      store: this.store,
      prng: prng.fork(),
      faults: this.faultRates(),
      faultsOn,
      rpcTimeoutMs: times.rpcTimeoutMs,
      witness: { before: () => this.ownership.before(), after: (...ran) => this.scriptRan(...ran) },
      onSend: (process) => this.faults.perhapsFreezeAndCut(process),
      sourceOf,
    });
    this.telegram = new SimulatedTelegram({
      trueTime,
      prng: prng.fork(),
      faults: { fail: prng.unit() * 0.05, loseAnswer: prng.unit() * 0.03 },
      faultsOn,
      onCall: (by, method) => this.called(by, method),
    });
    this.inFlightMax = prng.oneOf([2, 3, inFlightMaxLarge]);
    const { store, network, ownership, slots } = this;
    this.faults = new FaultScript({
      ...{ trueTime, store, network, ownership, slots, ttlMs, faultsOn, sourceOf },
      prng: prng.fork(),
      isLeading: (name) => this.workers.get(name)?.state.term !== undefined,
      restart: (index) => this.start(index),
      beforeWipe: () => {
        for (const id of [...this.idsIn(keys.journal), ...this.idsIn(keys.dead)]) this.wipedIds.add(id);
        this.delivery.wiped(this.wipedIds);
      },
      note: (line) => this.note(line),
    });
    this.nextUpdateId = prng.integer(2_000_001, 1_000_000_000);
  }

  async run(): Promise<RunResult> {
    if (this.prng.happens(0.9)) this.store.execute(['SET', keys.epoch, '0']);
    const workers = this.prng.integer(workersMin, workersMax);
    for (let index = 0; index < workers; index++) this.start(index);
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
    for (let round = 0; round < extraRounds && !this.delivery.isDone(this.deadOrWiped()); round++) {
      await this.trueTime.advance(ttlMs);
    }
    this.liveness.finish(livenessBoundMs, (violation) => this.violations.push(violation));
    this.delivery.finish({ deadIds: this.deadOrWiped(), ordered: !this.exclusion.forcedOverlap });
    const { seed, violations } = this;
    const [terms, completed] = [this.ownership.order.size, this.delivery.completedCount];
    this.trace = undefined;
    for (const stop of this.stops) stop.abort();
    for (const worker of this.workers.values()) worker.state.term?.end('released');
    return { seed, violations: [...violations], terms, completed };
  }

  private faultRates() {
    const { prng } = this;
    return {
      loseRequest: prng.unit() * 0.05,
      loseAnswer: prng.unit() * 0.05,
      repeatRequest: prng.unit() * 0.15,
      delayLong: prng.unit() * 0.05,
      loseHint: prng.unit(),
      longDelayMsMax: 2 * ttlMs,
    };
  }

  private start(index: number): void {
    const starts = (this.slots[index]?.starts ?? 0) + 1;
    const name = `w${index}.${starts}`;
    const rate = 1 + (this.prng.unit() * 2 - 1) * driftMax;
    const process = new SimulatedProcess(name, this.trueTime, {
      rate,
      wallOffsetMs: this.prng.integer(-wallOffsetMsMax, wallOffsetMsMax),
    });
    const stop = new AbortController();
    this.slots[index] = { process, stop, starts };
    this.stops.push(stop);
    const worker = this.makeWorker(process, index);
    this.workers.set(name, worker);
    void worker.run(stop.signal).then(
      (code) => {
        this.note(`${name} ended with code ${code}`);
        process.crash();
        // It was stopped before the faults ended. ECS would start another.
        if (!this.faultsOn) this.start(index);
      },
      (error: unknown) => this.violations.push(`${name} ended because of a bug: ${String(error)}`),
    );
  }

  private makeWorker(process: SimulatedProcess, index: number): Worker {
    const { network, telegram, mutation, store, prng, inFlightMax } = this;
    const runner = network.runnerFor(process);
    const lockStore = redisLockStore(runner, keys, botId);
    return simulatedWorker({
      process,
      botId,
      index,
      random: mutation.random?.(prng.fork()) ?? prng.fork(),
      api: telegram.apiFor(process),
      lockStore: mutation.wrapLockStore?.(lockStore, store) ?? lockStore,
      journal: redisUpdateJournal(runner, keys),
      channel: network.channelFor(process, keys.wakeChannel),
      inFlightMax,
      handle: (term, update, attempt) => this.handle(process, term, { update, attempt }),
      note: (line) => this.note(line),
    });
  }

  /** A handler that works for a while and answers. Its start and its answer are acts of its term. */
  private async handle(
    process: SimulatedProcess,
    term: Term,
    { update, attempt }: { update: Update; attempt: number },
  ): Promise<void> {
    this.exclusion.acted(process.name, term.value, `the dispatch of update ${update.update_id}`);
    this.delivery.begin(update.update_id, attempt);
    if (update['poison'] === true) return this.crashFrom(process, update);
    const workMs = Number(update['workMs']);
    if (workMs > 0) await process.sleep(workMs);
    if (!term.mayAct()) throw new Error('the term is over');
    this.exclusion.acted(process.name, term.value, `the answer to update ${update.update_id}`);
    this.note(`${process.name} answered ${update.update_id}`);
    this.delivery.complete(update.update_id, term.value);
  }

  /** A poison update: its handler crashes the process every time. */
  private crashFrom(process: SimulatedProcess, update: Update): Promise<never> {
    this.note(`${process.name} crashes from ${update.update_id}`);
    process.crash();
    const index = this.slots.findIndex((slot) => slot.process === process);
    void this.trueTime.sleep(restartMs).then(() => this.start(index));
    return new Promise(() => {});
  }

  /** A poll is an act of the term in which its process believes itself. */
  private called(by: string, method: string): void {
    if (method !== 'getUpdates') return;
    const term = this.workers.get(by)?.state.term;
    this.note(`${by} polls`);
    if (term === undefined) this.violations.push(`${by} polled without a term`);
    else this.exclusion.acted(by, term.value, 'a poll');
    this.liveness.acted(this.trueTime.monotonicMs());
  }

  private write({ chat, workMs, poison }: SimulatedMessage): void {
    const update_id = this.nextUpdateId++;
    this.delivery.push({ id: update_id, chat, poison });
    this.telegram.push({ update_id, message: { chat: { id: chat } }, workMs, poison });
  }

  private repairEverything(): void {
    this.note('--- all faults end');
    this.faultsOn = false;
    this.slots.forEach(({ process }, index) => {
      this.network.heal(process.name);
      if (process.isDead) this.start(index);
      else process.resume();
    });
    this.liveness.faultsEnded(this.trueTime.monotonicMs());
  }

  private scriptRan(...[script, args, before, by]: Parameters<OwnershipChecker['after']>): void {
    this.ownership.after(script, args, before, by);
    if (script.name.startsWith('renew-')) this.heartbeats.written(by, args[2] ?? '', this.trueTime.wallMs());
    const [value = '', , , , event] = args;
    if (script.name.startsWith('write-journal')) this.journalWritten(value, args.join(' '), by);
    if (!script.name.startsWith('release-') || event !== 'released' || before.value !== value) return;
    this.released.add(value);
    this.delivery.endedCleanly(value, this.unfinishedInJournal());
  }

  /** A request that runs late or twice may restore entries. */
  private journalWritten(value: string, write: string, by: string): void {
    const isOver = this.released.has(value) || this.workers.get(by)?.state.term?.value !== value;
    if (isOver) this.delivery.forgotten(this.unfinishedInJournal());
    if (isOver || this.writes.has(write)) this.delivery.restored(this.unfinishedInJournal());
    this.writes.add(write);
  }

  private unfinishedInJournal(): ReadonlySet<number> {
    const entries = this.store.execute(['HVALS', keys.journal]) as string[];
    const unfinished = entries.filter((entry) => !entry.startsWith('ended '));
    return new Set(unfinished.map((entry) => Number(/"update_id":(\d+)/.exec(entry)?.[1])));
  }

  /** Updates that are dead letters or were lost in a wipe. */
  private deadOrWiped(): ReadonlySet<number> {
    return new Set([...this.idsIn(keys.dead), ...this.wipedIds]);
  }

  private idsIn(hash: string): number[] {
    const fields = this.store.execute(['HKEYS', hash]);
    return Array.isArray(fields) ? fields.map(Number) : [];
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  }
}
