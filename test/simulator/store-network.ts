/**
 * The network between a simulated process and the store: it delays, loses, repeats and cuts off requests and answers.
 * The store is the real embedded one and runs the real scripts.
 */
import type { LuaScript, ScriptReply, ScriptRunner } from '../../services/adapters/redis/lua-scripts.ts';
import type { WakeUpChannel } from '../../services/core/lease/wake-up.ts';
import { StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import type { StoreWitness } from './store-witness.ts';

export interface NetworkFaults {
  /** Probabilities per request, while faults are on. */
  readonly loseRequest: number;
  readonly loseAnswer: number;
  readonly repeatRequest: number;
  readonly delayLong: number;
  /** Per wake-up. The channel is only a hint, so some runs lose them all. */
  readonly loseHint: number;
  readonly longDelayMsMax: number;
}

export interface StoreNetworkOptions {
  readonly trueTime: VirtualClock;
  readonly store: EmbeddedStore;
  readonly prng: Prng;
  readonly faults: NetworkFaults;
  readonly faultsOn: () => boolean;
  readonly rpcTimeoutMs: number;
  readonly witness: StoreWitness;
  /** Called right when a request is sent. */
  readonly onSend: (process: SimulatedProcess) => void;
  /** The source to run for a script; a mutant may change it. */
  readonly sourceOf: (script: LuaScript) => string;
}

const usualDelayMsMax = 20;

export class StoreNetwork {
  private readonly options: StoreNetworkOptions;
  private readonly cutOff = new Set<string>();
  private readonly muted = new Set<string>();
  private repeatsAll = false;

  constructor(options: StoreNetworkOptions) {
    this.options = options;
  }

  cut(process: string): void {
    this.cutOff.add(process);
  }

  heal(process: string): void {
    this.cutOff.delete(process);
    this.muted.delete(process);
  }

  /** Silences the process's wake-up channel. */
  mute(process: string): void {
    this.muted.add(process);
  }

  /** While on, every request runs twice, the second time later. */
  repeatAll(on: boolean): void {
    this.repeatsAll = on;
  }

  runnerFor(process: SimulatedProcess): ScriptRunner {
    return { run: (script, keys, args) => this.request(process, { script, keys, args }) };
  }

  channelFor(process: SimulatedProcess, channel: string): WakeUpChannel {
    const { store, trueTime } = this.options;
    return {
      listen: async (onHint) => {
        store.subscribe(channel, () => {
          if (this.cutOff.has(process.name) || this.muted.has(process.name) || this.rolls('loseHint')) return;
          void trueTime.sleep(this.delayMs()).then(() => process.whenRunning(onHint));
        });
      },
    };
  }

  private request(process: SimulatedProcess, call: Call): Promise<ScriptReply> {
    const { rpcTimeoutMs, trueTime, onSend, prng, faults, witness } = this.options;
    onSend(process);
    return new Promise((resolve, reject) => {
      let isWaiting = true;
      const sentMs = process.monotonicMs();
      const cancelTimeOut = process.schedule(rpcTimeoutMs, () => {
        isWaiting = false;
        reject(new StoreUnreachableError(call.script.name, new Error('time-out')));
      });
      const answered = (reply: ScriptReply | Error, executedMs: number): void => {
        cancelTimeOut();
        const receivedMs = process.monotonicMs();
        if (isWaiting) witness.answered(call.script, call.args, { reply, executedMs, sentMs, receivedMs });
        isWaiting = false;
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      };
      if (this.rolls('loseRequest')) return;
      const travel = (delayMs: number): void => {
        trueTime.schedule(delayMs, () => {
          if (this.cutOff.has(process.name)) return;
          const answer = this.execute(process.name, call);
          const executedMs = trueTime.monotonicMs();
          if (this.rolls('loseAnswer')) return;
          trueTime.schedule(this.delayMs(), () => {
            if (!this.cutOff.has(process.name)) process.whenRunning(() => answered(answer, executedMs));
          });
        });
      };
      travel(this.delayMs());
      // A client repeats a request only after it has waited for the answer in vain.
      if (this.rolls('repeatRequest') || this.repeatsAll) travel(prng.integer(0, faults.longDelayMsMax));
    });
  }

  private execute(by: string, { script, keys, args }: Call): ScriptReply | Error {
    const { store, witness, sourceOf } = this.options;
    const before = witness.before();
    try {
      const reply = store.runScript(sourceOf(script), [...keys], [...args]) as ScriptReply;
      witness.after(script, args, before, by);
      return reply;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private rolls(fault: Exclude<keyof NetworkFaults, 'longDelayMsMax'>): boolean {
    const { prng, faults, faultsOn } = this.options;
    return faultsOn() && prng.happens(faults[fault]);
  }

  private delayMs(): number {
    const { prng, faults } = this.options;
    return this.rolls('delayLong')
      ? prng.integer(0, faults.longDelayMsMax)
      : prng.integer(1, usualDelayMsMax);
  }
}

interface Call {
  readonly script: LuaScript;
  readonly keys: readonly string[];
  readonly args: readonly string[];
}
