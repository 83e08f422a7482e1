/**
 * One run: several real workers, one store, one Telegram, a script of faults; all of it from one seed.
 *
 * The workers are the shipped `Worker` with its lease and its pipeline, the scripts are the shipped ones on the
 * embedded store. Only the clock, the network and Telegram are simulated. Faults stop at `faultsMs`; then
 * everything is mended and the run goes on until the promises of liveness must have come true.
 */

import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { redisLockStore } from '../../services/adapters/redis/redis-lock-store.ts';
import { redisUpdateJournal } from '../../services/adapters/redis/redis-update-journal.ts';
import { Worker } from '../../services/bot/worker.ts';
import { leaseTimes } from '../../services/core/polling-lock/lease-times.ts';
import type { PollingLockStore } from '../../services/core/polling-lock/lock-store.ts';
import type { Term } from '../../services/core/polling-lock/term.ts';
import { storeKeys } from '../../services/core/store-keys.ts';
import type { Update } from '../../services/core/update-pipeline/update.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { SeededChance } from './chance.ts';
import { DeliveryChecker, ExclusionChecker, LivenessChecker, OwnershipChecker } from './checkers.ts';
import { SimulatedProcess } from './process.ts';
import { StoreNetwork } from './store-network.ts';
import { SimulatedTelegram } from './telegram.ts';

/** What a mutant changes; nothing in the shipped program. */
export interface Mutation {
  sourceOf?(script: LuaScript): string;
  wrapLockStore?(store: PollingLockStore, raw: EmbeddedStore): PollingLockStore;
  random?(chance: SeededChance): SeededChance;
}

export interface RunOptions {
  readonly seed: number;
  readonly mutation?: Mutation;
  readonly trace?: (line: string) => void;
}

export interface RunResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly terms: number;
  readonly completed: number;
}

const ttlMs = 6000;
const times = leaseTimes({ ttlMs, renewMs: 2000 });
const workersMin = 2;
const workersMax = 3;
const faultsMs = 45_000;
const quietMs = 45_000;
/** A quarantine, the rest of a dead leader's lease, and a poll or two. */
const livenessBoundMs = 3 * ttlMs + 10_000;
const heartbeatIntervalMs = 4000;
const chats = 4;
const driftMax = 0.0045;
const freezeProbability = 0.004;
/** By then an answer without a fault has come. */
const answerArrivesMs = 100;

const keys = storeKeys('');
const sharedStore = await createEmbeddedStore({ nowMs: () => 0 });

interface Slot {
  process: SimulatedProcess;
  stop: AbortController;
  starts: number;
}

export async function run({ seed, mutation = {}, trace }: RunOptions): Promise<RunResult> {
  const simulation = new Simulation(seed, mutation, trace);
  return simulation.run();
}

class Simulation {
  private readonly seed: number;
  private readonly mutation: Mutation;
  private readonly trace: ((line: string) => void) | undefined;
  private readonly trueTime = new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) });
  private readonly chance: SeededChance;
  private readonly store: EmbeddedStore;
  private readonly network: StoreNetwork;
  private readonly telegram: SimulatedTelegram;
  private readonly violations: string[] = [];
  private readonly ownership: OwnershipChecker;
  private readonly exclusion: ExclusionChecker;
  private readonly liveness = new LivenessChecker();
  private readonly delivery: DeliveryChecker;
  private readonly slots: Slot[] = [];
  private readonly workers = new Map<string, Worker>();
  private readonly wipedIds = new Set<number>();
  private faultsOn = true;
  private readonly freezeChance: SeededChance;
  private nextUpdateId: number;

  constructor(seed: number, mutation: Mutation, trace: ((line: string) => void) | undefined) {
    this.seed = seed;
    this.mutation = mutation;
    this.trace = trace;
    this.chance = new SeededChance(seed);
    const { trueTime, chance } = this;
    this.store = sharedStore.sibling({ nowMs: () => trueTime.wallMs() });
    const report = (violation: string): void => {
      this.violations.push(violation);
      this.note(`VIOLATION: ${violation}`);
    };
    this.ownership = new OwnershipChecker(this.store, keys.lock, report);
    this.exclusion = new ExclusionChecker(this.ownership, report);
    this.delivery = new DeliveryChecker(report);
    const faultsOn = (): boolean => this.faultsOn;
    this.network = new StoreNetwork({
      trueTime,
      store: this.store,
      chance: chance.fork(),
      faults: this.faultRates(),
      faultsOn,
      rpcTimeoutMs: times.rpcTimeoutMs,
      witness: this.ownership,
      onSend: (process) => this.perhapsFreezeAndCut(process),
      sourceOf: (script) => this.mutation.sourceOf?.(script) ?? script.source,
    });
    this.telegram = new SimulatedTelegram({
      trueTime,
      chance: chance.fork(),
      faults: { fail: chance.unit() * 0.05, loseAnswer: chance.unit() * 0.03 },
      faultsOn,
      onCall: (by, method) => this.called(by, method),
    });
    this.freezeChance = chance.fork();
    this.nextUpdateId = chance.integer(2_000_001, 1_000_000_000);
  }

  async run(): Promise<RunResult> {
    if (this.chance.happens(0.9)) this.store.execute(['SET', keys.epoch, '0']);
    const workers = this.chance.integer(workersMin, workersMax);
    for (let index = 0; index < workers; index++) this.start(index);
    void this.sendMessages(this.chance.fork());
    void this.breakThings(this.chance.fork());
    await this.trueTime.advance(faultsMs);
    this.mendEverything();
    await this.trueTime.advance(quietMs);
    this.liveness.finish(livenessBoundMs, (violation) => this.violations.push(violation));
    const deadIds = new Set([...this.idsIn(keys.dead), ...this.wipedIds]);
    this.delivery.finish({ deadIds, ordered: !this.exclusion.forcedOverlap });
    const { seed, violations } = this;
    return { seed, violations, terms: this.ownership.order.size, completed: this.delivery.completedCount };
  }

  private faultRates() {
    const { chance } = this;
    return {
      loseRequest: chance.unit() * 0.05,
      loseAnswer: chance.unit() * 0.05,
      repeatRequest: chance.unit() * 0.15,
      delayLong: chance.unit() * 0.05,
      longDelayMsMax: 2 * ttlMs,
    };
  }

  private start(index: number): void {
    const starts = (this.slots[index]?.starts ?? 0) + 1;
    const name = `w${index}.${starts}`;
    const rate = 1 + (this.chance.unit() * 2 - 1) * driftMax;
    const process = new SimulatedProcess(name, this.trueTime, {
      rate,
      wallOffsetMs: this.chance.integer(-5000, 5000),
    });
    const stop = new AbortController();
    this.slots[index] = { process, stop, starts };
    const worker = this.makeWorker(process, index);
    this.workers.set(name, worker);
    void worker.run(stop.signal).then(
      (code) => {
        this.note(`${name} ended with code ${code}`);
        process.crash();
        // A stop that was asked for before the faults ended; ECS would start another.
        if (!this.faultsOn) this.start(index);
      },
      (error: unknown) => this.violations.push(`${name} ended by a bug: ${String(error)}`),
    );
  }

  private makeWorker(process: SimulatedProcess, index: number): Worker {
    const { network, telegram, mutation, store, chance } = this;
    const runner = network.runnerFor(process);
    const lockStore = redisLockStore(runner, keys);
    const random = mutation.random?.(chance.fork()) ?? chance.fork();
    const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
    return new Worker({
      clock: process,
      random,
      logger: silent,
      api: telegram.apiFor(process),
      lockStore: mutation.wrapLockStore?.(lockStore, store) ?? lockStore,
      journal: redisUpdateJournal(runner, keys),
      channel: network.channelFor(process, keys.wakeChannel),
      makeHandler: (_bot, term) => (update) => this.handle(process, term, update),
      leaseObserver: {
        onStandby: (held, why) => this.note(`${process.name} stands by: ${why} for ${held.ttlMs} ms`),
        onAcquired: (term) => this.note(`${process.name} leads, epoch ${term.epoch}`),
        onRenewed: () => this.note(`${process.name} renewed`),
        onStepDown: (_term, reason) => this.note(`${process.name} steps down: ${reason}`),
        onTrouble: (what, error) => this.note(`${process.name}: ${what} failed: ${String(error)}`),
      },
      deliveryObserver: {
        onPoll: (result) => this.note(`${process.name} polled: ${result}`),
        onReceived: (updates) =>
          this.note(`${process.name} received ${updates.map((update) => update.update_id).join(' ')}`),
        onEnd: nothing,
        onOverdue: nothing,
        onGivenUp: (ids) => this.note(`${process.name} gave up ${ids.join(' ')}`),
        onTrouble: (what, error) => this.note(`${process.name}: ${what} failed: ${String(error)}`),
      },
      holder: { host: `host-${index}`, pid: index, env: 'production' },
      times,
      whenHeld: 'standby',
      heartbeatIntervalMs,
      longPollTimeoutSeconds: 5,
      inFlightMax: 1000,
      drainTimeoutMs: 3000,
      allowedUpdates: ['message'],
      dropPendingOnStop: false,
      version: 'simulated',
    });
  }

  /** A handler that works a while and answers; both are acts of its term. */
  private async handle(process: SimulatedProcess, term: Term, update: Update): Promise<void> {
    this.exclusion.acted(process.name, term.value, `the dispatch of update ${update.update_id}`);
    const workMs = Number(update['workMs']);
    if (workMs > 0) await process.sleep(workMs);
    if (!term.mayAct()) throw new Error('the term is over');
    this.exclusion.acted(process.name, term.value, `the answer to update ${update.update_id}`);
    this.note(`${process.name} answered ${update.update_id}`);
    this.delivery.complete(update.update_id);
  }

  /** A poll is an act of the term in which its process believes to be. */
  private called(by: string, method: string): void {
    if (method !== 'getUpdates') return;
    const term = this.workers.get(by)?.state.term;
    this.note(`${by} polls`);
    if (term === undefined) this.violations.push(`${by} polled without a term`);
    else this.exclusion.acted(by, term.value, 'a poll');
    this.liveness.acted(this.trueTime.monotonicMs());
  }

  private async sendMessages(chance: SeededChance): Promise<void> {
    while (this.trueTime.monotonicMs() < faultsMs + quietMs / 3) {
      await this.trueTime.sleep(chance.integer(50, 3000));
      const burst = chance.happens(0.2) ? chance.integer(2, 12) : 1;
      for (let count = 0; count < burst; count++) {
        const chat = chance.integer(1, chats);
        const update_id = this.nextUpdateId++;
        const workMs = chance.happens(0.5) ? 0 : chance.integer(1, chance.happens(0.1) ? 8000 : 300);
        this.delivery.push(update_id, chat);
        this.telegram.push({ update_id, message: { chat: { id: chat } }, workMs });
      }
    }
  }

  private async breakThings(chance: SeededChance): Promise<void> {
    while (this.trueTime.monotonicMs() < faultsMs) {
      await this.trueTime.sleep(chance.integer(500, 8000));
      if (!this.faultsOn) return;
      await this.oneFault(chance);
    }
  }

  private async oneFault(chance: SeededChance): Promise<void> {
    const index = chance.integer(0, this.slots.length - 1);
    const { process, stop } = this.slot(index);
    const forMs = chance.integer(200, 2.5 * ttlMs);
    const fault = chance.oneOf([
      'crash',
      'pause',
      'pause',
      'suspend',
      'cut off',
      'stop',
      'wipe',
      'revoke',
      'break',
      'cut off',
    ]);
    this.note(`--- ${fault} (${process.name}, ${forMs} ms)`);
    if (fault === 'crash') {
      process.crash();
      this.later(forMs, () => this.start(index));
    } else if (fault === 'stop') {
      process.whenRunning(() => stop.abort());
      this.later(forMs + 4000, () => {
        process.crash();
        this.start(index);
      });
    } else if (fault === 'pause' || fault === 'suspend') {
      process[fault]();
      this.later(forMs, () => process.resume());
    } else if (fault === 'cut off') {
      this.network.cut(process.name);
      this.later(forMs, () => this.network.heal(process.name));
    } else if (fault === 'revoke alone') {
      await this.revokeAlone();
    } else if (fault === 'wipe') this.wipe();
    else if (fault === 'revoke' || fault === 'break') await this.override(fault);
  }

  /**
   * The cruellest moment: the process stops right after it asked, the answer waits for it, and when it wakes the
   * store is out of its reach.
   */
  private perhapsFreezeAndCut(process: SimulatedProcess): void {
    const chance = this.freezeChance;
    if (!this.faultsOn || !chance.happens(freezeProbability)) return;
    const frozenMs = chance.integer(200, ttlMs / 2);
    this.note(`--- freeze and cut off (${process.name}, ${frozenMs} ms)`);
    process.pause();
    this.later(answerArrivesMs, () => this.network.cut(process.name));
    this.later(frozenMs, () => process.resume());
    this.later(frozenMs + 2 * ttlMs, () => this.network.heal(process.name));
  }

  /** The holder loses its lock while nobody else can take it, so that it begins its next term at once. */
  private async revokeAlone(): Promise<void> {
    const others = this.slots
      .map(({ process }) => process.name)
      .filter((name) => !this.workers.get(name)?.state.term);
    for (const name of others) this.network.cut(name);
    this.later(ttlMs / 3, () => {
      for (const name of others) this.network.heal(name);
    });
    await this.override('revoke');
  }

  /** An emptied store forgets its journal: what only stood there is gone, and nobody promises otherwise. */
  private wipe(): void {
    for (const id of [...this.idsIn(keys.journal), ...this.idsIn(keys.dead)]) this.wipedIds.add(id);
    this.store.execute(['FLUSHALL']);
  }

  /** What ops does with the lock, through a network of its own without faults. */
  private async override(action: 'revoke' | 'break'): Promise<void> {
    const lock = redisLockStore(
      { run: async (script, scriptKeys, args) => this.runAsOps(script, scriptKeys, args) },
      keys,
    );
    const held = await lock.read();
    if (held !== undefined) await lock[action](held.value, { who: 'ops', why: 'the simulation' });
  }

  private runAsOps(script: LuaScript, scriptKeys: readonly string[], args: readonly string[]) {
    const before = this.ownership.before();
    const source = this.mutation.sourceOf?.(script) ?? script.source;
    const reply = this.store.runScript(source, [...scriptKeys], [...args]);
    this.ownership.after(script, args, before, 'ops');
    return reply as string | number | null;
  }

  private mendEverything(): void {
    this.note('--- all faults end');
    this.faultsOn = false;
    this.slots.forEach(({ process }, index) => {
      this.network.heal(process.name);
      if (process.isDead) this.start(index);
      else process.resume();
    });
    this.liveness.faultsEnded(this.trueTime.monotonicMs());
  }

  private later(delayMs: number, action: () => void): void {
    void this.trueTime.sleep(delayMs).then(() => {
      if (this.faultsOn) action();
    });
  }

  private slot(index: number): Slot {
    const slot = this.slots[index];
    if (slot === undefined) throw new Error(`there is no worker ${index}`);
    return slot;
  }

  private idsIn(hash: string): number[] {
    const fields = this.store.execute(['HKEYS', hash]);
    return Array.isArray(fields) ? fields.map(Number) : [];
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  }
}

function nothing(): void {}
