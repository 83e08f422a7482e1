/**
 * The faults of a run: crashes, pauses, suspensions, partitions, stops, a wiped store, and lock overrides by ops. The
 * seed decides what happens when. Every fault ends when the faults are switched off.
 */
import { redisLockOverride } from '../../services/adapters/redis/lease/lock-override.ts';
import type { LuaScript } from '../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { OwnershipChecker } from './checkers.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { StoreNetwork } from './store-network.ts';

/** A place for one worker; ECS keeps it occupied. */
export interface Slot {
  process: SimulatedProcess;
  stop: AbortController;
  starts: number;
}

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
  readonly isLeading: (name: string) => boolean;
  readonly restart: (index: number) => void;
  readonly beforeWipe: () => void;
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
  'wipe',
  'revoke',
  'revoke alone',
  'break',
] as const;

const gapMsMin = 500;
const gapMsMax = 8000;
/** Per request that a leader sends. */
const freezeProbability = 0.04;
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
    const { prng, faultsOn, isLeading, network, ttlMs, note } = this.options;
    if (!faultsOn() || !isLeading(process.name) || !prng.happens(freezeProbability)) return;
    const frozenMs = prng.integer(200, ttlMs / 2);
    note(`--- freeze and cut off (${process.name}, ${frozenMs} ms)`);
    process.pause();
    this.later(answerArrivesMs, () => network.cut(process.name));
    this.later(frozenMs, () => process.resume());
    this.later(frozenMs + 2 * ttlMs, () => network.heal(process.name));
  }

  private async oneFault(): Promise<void> {
    const { prng, slots, ttlMs, note } = this.options;
    const index = prng.integer(0, slots.length - 1);
    const slot = slots[index];
    if (slot === undefined) throw new Error(`there is no worker ${index}`);
    const forMs = prng.integer(200, 2.5 * ttlMs);
    const fault = prng.oneOf(faults);
    note(`--- ${fault} (${slot.process.name}, ${forMs} ms)`);
    if (fault === 'wipe') this.wipe();
    else if (fault === 'revoke' || fault === 'break') await this.override(fault);
    else if (fault === 'revoke alone') await this.revokeAlone();
    else this.strike(fault, { slot, index, forMs });
  }

  /** A fault of one process, and its repair. */
  private strike(
    fault: 'crash' | 'stop' | 'pause' | 'suspend' | 'cut off',
    { slot, index, forMs }: { slot: Slot; index: number; forMs: number },
  ): void {
    const { network, restart } = this.options;
    const { process, stop } = slot;
    if (fault === 'crash') {
      process.crash();
      this.later(forMs, () => restart(index));
    } else if (fault === 'stop') {
      process.whenRunning(() => stop.abort());
      this.later(forMs + stopTakesMs, () => {
        process.crash();
        restart(index);
      });
    } else if (fault === 'cut off') {
      network.cut(process.name);
      this.later(forMs, () => network.heal(process.name));
    } else {
      process[fault]();
      this.later(forMs, () => process.resume());
    }
  }

  /**
   * The holder loses its lock while no other worker can take it, so it soon begins its next term. Its requests are
   * repeated later, when they may mean something else, and no wake-up warns it.
   */
  private async revokeAlone(): Promise<void> {
    const { slots, isLeading, network, ttlMs } = this.options;
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

  /** A wiped store loses its journal, and with it the updates that were only there. No promise covers those. */
  private wipe(): void {
    this.options.beforeWipe();
    this.options.store.execute(['FLUSHALL']);
  }

  /** Ops revokes or breaks the lock, over a network without faults. */
  private async override(action: 'revoke' | 'break'): Promise<void> {
    const run = async (script: LuaScript, keys: readonly string[], args: readonly string[]) =>
      this.runAsOps(script, keys, args);
    const lock = redisLockOverride({ run }, storeKeys(''));
    const held = await lock.read();
    if (held !== undefined) await lock[action](held.value, { who: 'ops', why: 'the simulation' });
  }

  private runAsOps(script: LuaScript, keys: readonly string[], args: readonly string[]) {
    const { store, ownership, sourceOf } = this.options;
    const before = ownership.before();
    const reply = store.runScript(sourceOf(script), [...keys], [...args]);
    ownership.after(script, args, before, 'ops');
    return reply as string | number | null;
  }

  private later(delayMs: number, action: () => void): void {
    const { trueTime, faultsOn } = this.options;
    void trueTime.sleep(delayMs).then(() => {
      if (faultsOn()) action();
    });
  }
}
