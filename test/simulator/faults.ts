/**
 * The faults of a run: crashes, pauses, suspended and halted machines, partitions from the store and from Telegram,
 * stops, lock overrides and `dead retry` by ops, foreign workers, and what the store does wrong. The seed decides what
 * happens when. Every fault ends when the faults are switched off.
 */
import { redisDeadLetters } from '../../services/adapters/redis/journal/dead-letters.ts';
import { redisLockOverride } from '../../services/adapters/redis/lease/lock-override.ts';
import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { ExclusionChecker, OwnershipChecker } from './checkers.ts';
import type { DeliveryChecker } from './delivery-checker.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { Intruder, Slot } from './slot.ts';
import { type StoreFault, type StoreFaults, storeFaults } from './store-faults.ts';
import type { StoreNetwork } from './store-network.ts';
import type { SimulatedTelegram } from './telegram.ts';

export interface FaultScriptOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: EmbeddedStore;
  readonly network: StoreNetwork;
  readonly ownership: OwnershipChecker;
  readonly slots: readonly Slot[];
  readonly ttlMs: number;
  readonly faultsOn: () => boolean;
  readonly sourceOf: (script: LuaScript) => string;
  readonly replace: (process: SimulatedProcess) => void;
  readonly telegram: SimulatedTelegram;
  readonly exclusion: ExclusionChecker;
  readonly delivery: DeliveryChecker;
  readonly storeFaults: StoreFaults;
  readonly termOf: (name: string) => string | undefined;
  readonly intrude: (kind: Intruder, forMs: number) => void;
  readonly note: (line: string) => void;
}

const faults = [
  'crash',
  'pause',
  'pause',
  'suspend',
  'cut off',
  'cut off',
  'stop',
  'halt',
  'Telegram away',
  'revoke',
  'revoke alone',
  'break',
  'dead retry',
  'another bot',
  'another environment',
  ...storeFaults,
] as const;

type Fault = (typeof faults)[number];

function isStoreFault(fault: Fault): fault is StoreFault {
  return storeFaults.some((one) => one === fault);
}

const keys = storeKeys('');
const gapMsMin = 500;
const gapMsMax = 8000;
/** Per request that a leader sends. */
const freezeProbability = 0.04;
const [retryAtOnceProbability, retryAtOnceMsMax] = [0.3, 300];
/** Long enough for an answer without faults to arrive. */
const answerArrivesMs = 100;
/** Long enough for a revoked holder to release its lock, too short for it to take the lock again. */
const releasedAfterMs = 500;
/** Long enough for a worker to stop. */
const stopTakesMs = 4000;

export class FaultScript {
  private readonly options: FaultScriptOptions;

  constructor(options: FaultScriptOptions) {
    this.options = options;
  }

  /** One fault after another until `untilMs`. */
  async run(untilMs: number): Promise<void> {
    const { trueTime, prng, faultsOn } = this.options;
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(prng.integer(gapMsMin, gapMsMax));
      if (!faultsOn()) return;
      await this.oneFault();
    }
  }

  /**
   * The worst moment: the process freezes right after it sent a request. The answer waits for it, and when it wakes,
   * it is cut off from the store.
   */
  perhapsFreezeAndCut(process: SimulatedProcess): void {
    const { prng, faultsOn, network, ttlMs, note } = this.options;
    if (!faultsOn() || !this.isLeading(process.name) || !prng.happens(freezeProbability)) return;
    const frozenMs = prng.integer(200, ttlMs / 2);
    note(`--- freeze and cut off (${process.name}, ${frozenMs} ms)`);
    process.pause();
    this.later(answerArrivesMs, () => network.cut(process.name));
    this.later(frozenMs, () => this.goOn(process));
    this.later(frozenMs + 2 * ttlMs, () => network.heal(process.name));
  }

  /** The worst moment to put a dead letter back: before its leader has told Telegram and the journal that it is done. */
  perhapsRetryAtOnce(): void {
    const { prng, faultsOn, note } = this.options;
    if (!faultsOn() || !prng.happens(retryAtOnceProbability)) return;
    this.later(prng.integer(0, retryAtOnceMsMax), () => {
      note('--- dead retry at once');
      void this.retryDeadLetter();
    });
  }

  private async oneFault(): Promise<void> {
    const { prng, slots, ttlMs, note } = this.options;
    const index = prng.integer(0, slots.length - 1);
    const slot = slots[index];
    if (slot === undefined) throw new Error(`there is no worker ${index}`);
    const forMs = prng.integer(200, 2.5 * ttlMs);
    const fault = prng.oneOf(faults);
    note(`--- ${fault} (${slot.process.name}, ${forMs} ms)`);
    if (isStoreFault(fault)) this.options.storeFaults.strike(fault);
    else if (fault === 'another bot' || fault === 'another environment') this.options.intrude(fault, forMs);
    else if (fault === 'dead retry') await this.retryDeadLetter();
    else if (fault === 'revoke' || fault === 'break') await this.override(fault);
    else if (fault === 'revoke alone') await this.revokeAlone();
    else this.strike(fault, { slot, forMs });
  }

  /** A fault of one process, and its repair. */
  private strike(
    fault: 'crash' | 'stop' | 'pause' | 'suspend' | 'halt' | 'cut off' | 'Telegram away',
    { slot, forMs }: { slot: Slot; forMs: number },
  ): void {
    const { network, telegram, replace } = this.options;
    const { process, stop } = slot;
    if (fault === 'crash') {
      process.crash();
      this.later(forMs, () => replace(process));
    } else if (fault === 'stop') {
      process.whenRunning(() => stop.abort());
      this.later(forMs + stopTakesMs, () => replace(process));
    } else if (fault === 'cut off') {
      network.cut(process.name);
      this.later(forMs, () => network.heal(process.name));
    } else if (fault === 'Telegram away') {
      telegram.cut(process.name);
      this.later(forMs, () => telegram.heal(process.name));
    } else {
      process[fault]();
      this.later(forMs, () => this.goOn(process));
    }
  }

  /** After a halt no clock shows that time has passed: until its next renewal, the term is not protected. */
  goOn(process: SimulatedProcess): void {
    const term = this.options.termOf(process.name);
    if (process.isHalted && term !== undefined) this.options.exclusion.excuse(term);
    process.resume();
  }

  /** An operator puts a dead letter back, mostly after the handler was fixed. */
  private async retryDeadLetter(): Promise<void> {
    const { store, prng, delivery } = this.options;
    const names = store.execute(['HKEYS', keys.dead]) as string[];
    if (names.length === 0) return;
    const name = prng.oneOf(names);
    const run = async (script: LuaScript, used: readonly string[], args: readonly string[]) =>
      this.runAsOps(script, used, args);
    const outcome = await redisDeadLetters({ run }, keys).retry(name, { who: 'ops', why: 'the simulation' });
    if (outcome === 'put back') delivery.retried(Number(name.replace(/#.*/, '')), prng.happens(0.7));
  }

  private isLeading(name: string): boolean {
    return this.options.termOf(name) !== undefined;
  }

  /**
   * The holder loses its lock while no other worker can take it, so it soon begins its next term. Its requests are
   * repeated later, when they may mean something else, and no wake-up warns it.
   */
  private async revokeAlone(): Promise<void> {
    const { slots, network, ttlMs } = this.options;
    const isLeading = (name: string): boolean => this.isLeading(name);
    const names = slots.map(({ process }) => process.name);
    const others = names.filter((name) => !isLeading(name));
    for (const name of others) network.cut(name);
    const leaders = names.filter(isLeading);
    network.repeatAll(true);
    this.later(releasedAfterMs, () => {
      for (const name of leaders) network.mute(name);
    });
    this.later(ttlMs / 2, () => {
      network.repeatAll(false);
      for (const name of others) network.heal(name);
    });
    await this.override('revoke');
  }

  revokeForDeploy(): Promise<void> {
    return this.override('revoke');
  }

  /** Ops revokes or breaks the lock, over a network without faults. */
  private async override(action: 'revoke' | 'break'): Promise<void> {
    const run = async (script: LuaScript, keys: readonly string[], args: readonly string[]) =>
      this.runAsOps(script, keys, args);
    const lock = redisLockOverride({ run }, keys);
    const held = await lock.read();
    if (held !== undefined) await lock[action](held.value, { who: 'ops', why: 'the simulation' });
  }

  private runAsOps(script: LuaScript, keys: readonly string[], args: readonly string[]) {
    const { store, ownership, sourceOf } = this.options;
    const before = ownership.before(args[0] ?? '');
    const reply = store.runScript(sourceOf(script), [...keys], [...args]);
    ownership.after({ script, args, before, by: 'ops' });
    return reply as string | number | null;
  }

  private later(delayMs: number, action: () => void): void {
    const { trueTime, faultsOn } = this.options;
    void trueTime.sleep(delayMs).then(() => {
      if (faultsOn()) action();
    });
  }
}
