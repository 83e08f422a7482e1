/**
 * The network between a simulated process and the store: it delays, loses, repeats and cuts off requests and answers.
 * The store is the real embedded one and runs the real scripts.
 */
import type { LuaScript, ScriptReply, ScriptRunner } from '../../services/adapters/redis/lua-scripts.ts';
import type { WakeUpChannel } from '../../services/core/lease/wake-up.ts';
import { StoreRefusedError, StoreUnreachableError } from '../../services/core/platform/store-errors.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Report } from './checkers.ts';
import { type Loss, OneLoss } from './one-loss.ts';
import type { Prng } from './prng.ts';
import type { SimulatedProcess } from './process.ts';
import { answerBytes, bytesMax, requestBytes } from './store-limits.ts';
import type { RanScript, StoreWitness } from './store-witness.ts';

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
  readonly report: Report;
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
  private readonly toLose = new OneLoss();

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

  /** Loses one of the process's next requests, or its answer. */
  loseOne(process: string, loss: Loss): void {
    this.toLose.plan(process, loss);
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
    const leftMs = trueTime.monotonicMs();
    const lost = this.toLose.take(process.name);
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
        const wasHalted = process.wasHaltedSince(leftMs);
        if (isWaiting)
          witness.answered(call.script, call.args, { reply, executedMs, sentMs, receivedMs, wasHalted });
        isWaiting = false;
        if (reply instanceof Error) reject(reply);
        else resolve(reply);
      };
      if (lost === 'request' || this.rolls('loseRequest')) return;
      const travel = (delayMs: number): void => {
        trueTime.schedule(delayMs, () => {
          if (this.cutOff.has(process.name)) return;
          const executedMs = trueTime.monotonicMs();
          const answer = this.execute(call, { by: process.name, lateMs: executedMs - leftMs });
          if (lost === 'answer' || this.rolls('loseAnswer')) return;
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

  private execute({ script, keys, args }: Call, ran: Pick<RanScript, 'by' | 'lateMs'>): ScriptReply | Error {
    const { store, witness, sourceOf } = this.options;
    if (requestBytes(args) > bytesMax) return this.refuse(script, `a request of ${requestBytes(args)} bytes`);
    const before = witness.before(args);
    try {
      const reply = store.runScript(sourceOf(script), [...keys], [...args]) as ScriptReply;
      witness.after({ script, args, before, ...ran });
      if (answerBytes(reply) > bytesMax)
        return this.refuse(script, `an answer of ${answerBytes(reply)} bytes`);
      return reply;
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private refuse({ name }: LuaScript, what: string): Error {
    this.options.report(`${name}: ${what}, which the store refuses`);
    return new StoreRefusedError(name, 'ERR max request size exceeded');
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

/** How bad the network of a run is. */
export function networkFaults(prng: Prng, longDelayMsMax: number): NetworkFaults {
  return {
    loseRequest: prng.unit() * 0.05,
    loseAnswer: prng.unit() * 0.05,
    repeatRequest: prng.unit() * 0.15,
    delayLong: prng.unit() * 0.05,
    loseHint: prng.unit(),
    longDelayMsMax,
  };
}
