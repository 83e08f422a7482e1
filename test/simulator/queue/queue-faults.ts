/**
 * The faults of a run of queue mode: both sides crash, freeze, are suspended, stopped and cut off from the queue or the
 * store; ops puts dead letters back; the Bot API server is replaced. Every fault ends when the faults are switched off.
 */
import { redisDeadLetters } from '../../../services/adapters/redis/journal/dead-letters.ts';
import type { LuaScript } from '../../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';
import type { StoreNetwork } from '../store-network.ts';
import type { Consumers } from './consumers.ts';
import type { Place } from './place.ts';
import type { Pollers } from './pollers.ts';
import type { QueueChecker } from './queue-checker.ts';
import type { Operation, QueueNetwork } from './queue-network.ts';

export interface QueueFaultScriptOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: EmbeddedStore;
  readonly storeNetwork: StoreNetwork;
  readonly queueNetwork: QueueNetwork;
  readonly pollers: Pollers;
  readonly consumers: Consumers;
  readonly checker: QueueChecker;
  readonly visibilityMs: number;
  readonly faultsOn: () => boolean;
  /** Replaces the Bot API server; false if something is still pending there. */
  readonly renumber: () => boolean;
  readonly note: (line: string) => void;
}

const ofProcesses = ['crash', 'pause', 'suspend', 'stop', 'queue away', 'store away'] as const;
const faults = [...ofProcesses, ...ofProcesses, 'dead retry', 'renumber'] as const;
type ProcessFault = (typeof ofProcesses)[number];

const keys = storeKeys('');
const [gapMsMin, gapMsMax] = [300, 5000];
/** Per request that prolongs. */
const freezeProbability = 0.06;
const answerArrivesMs = 100;
const stopTakesMs = 4000;

export class QueueFaultScript {
  private readonly options: QueueFaultScriptOptions;

  constructor(options: QueueFaultScriptOptions) {
    this.options = options;
  }

  async run(untilMs: number): Promise<void> {
    const { trueTime, prng, faultsOn } = this.options;
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(prng.integer(gapMsMin, gapMsMax));
      if (!faultsOn()) return;
      await this.oneFault();
    }
  }

  /**
   * The worst moment for a hold: the process freezes right after it asked for more time. The answer waits for it, and
   * when it wakes, it is cut off from the queue.
   */
  perhapsFreeze(process: SimulatedProcess, operation: Operation): void {
    const { prng, faultsOn, queueNetwork, visibilityMs, note } = this.options;
    if (!faultsOn() || operation !== 'set visibility' || !prng.happens(freezeProbability)) return;
    const frozenMs = prng.integer(500, visibilityMs * 0.8);
    note(`--- freeze and cut off (${process.name}, ${frozenMs} ms)`);
    process.pause();
    this.later(answerArrivesMs, () => queueNetwork.cut(process.name));
    this.later(frozenMs, () => process.resume());
    this.later(frozenMs + visibilityMs, () => queueNetwork.heal(process.name));
  }

  /** All faults are over: what is down comes back, and what was put back is replayed by a new leader. */
  /** ECS replaces what has ended or is about to. */
  repair(): void {
    for (const side of this.sides()) {
      for (const [index, { process, stop }] of side.slots.entries()) {
        this.options.storeNetwork.heal(process.name);
        this.options.queueNetwork.heal(process.name);
        process.resume();
        if (!process.isDead && !stop.signal.aborted) continue;
        process.crash();
        side.start(index);
      }
    }
    this.restartPollers();
  }

  private sides(): readonly Pick<Pollers, 'slots' | 'start'>[] {
    return [this.options.pollers, this.options.consumers];
  }

  private async oneFault(): Promise<void> {
    const { prng, pollers, consumers, visibilityMs, note } = this.options;
    const fault = prng.oneOf(faults);
    if (fault === 'dead retry') return this.retryDeadLetter();
    if (fault === 'renumber') {
      // Who polls holds an offset in the old numbers.
      if (this.options.renumber()) this.restartPollers();
      return;
    }
    const side = prng.happens(0.7) ? consumers : pollers;
    const index = prng.integer(0, side.slots.length - 1);
    const slot = side.slots[index];
    if (slot === undefined) return;
    const forMs = prng.integer(200, 2.5 * visibilityMs);
    note(`--- ${fault} (${slot.process.name}, ${forMs} ms)`);
    const restart = (): void => {
      slot.process.crash();
      // Unless it has been replaced meanwhile.
      if (side.slots[index] === slot) side.start(index);
    };
    this.strike(fault, { slot, forMs, restart });
  }

  private strike(
    fault: ProcessFault,
    { slot, forMs, restart }: { slot: Place; forMs: number; restart: () => void },
  ): void {
    const { process, stop } = slot;
    if (fault === 'crash') {
      process.crash();
      this.later(forMs, restart);
    } else if (fault === 'stop') {
      process.whenRunning(() => stop.abort());
      this.later(forMs + stopTakesMs, restart);
    } else if (fault === 'queue away' || fault === 'store away') {
      const network = fault === 'queue away' ? this.options.queueNetwork : this.options.storeNetwork;
      network.cut(process.name);
      this.later(forMs, () => network.heal(process.name));
    } else {
      process[fault]();
      this.later(forMs, () => process.resume());
    }
  }

  /** An operator puts a dead letter back, mostly after the handler was fixed, and deploys. */
  private async retryDeadLetter(): Promise<void> {
    const { store, prng, checker, note } = this.options;
    const names = store.execute(['HKEYS', keys.dead]) as string[];
    if (names.length === 0) return;
    const run = async (script: LuaScript, used: readonly string[], args: readonly string[]) =>
      store.runScript(script.source, [...used], [...args]) as string | number | null;
    const letters = redisDeadLetters({ run }, keys);
    const letter = prng.oneOf(await letters.list());
    if ((await letters.retry(letter.id, { who: 'ops', why: 'the simulation' })) !== 'put back') return;
    note(`--- dead retry (${letter.id})`);
    checker.retried(letter.update, prng.happens(0.7));
    this.restartPollers();
  }

  private restartPollers(): void {
    const { pollers } = this.options;
    for (const [index, { process }] of [...pollers.slots.entries()]) {
      process.crash();
      pollers.start(index);
    }
  }

  private later(delayMs: number, action: () => void): void {
    const { trueTime, faultsOn } = this.options;
    void trueTime.sleep(delayMs).then(() => {
      if (faultsOn()) action();
    });
  }
}
