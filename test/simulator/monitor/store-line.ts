/**
 * The network between a simulated run and the store: requests and answers are late, lost or repeated, and at times the
 * store is unreachable. The store itself is the embedded one and runs the shipped scripts.
 */
import type { CommandRunner } from '../../../services/adapters/redis/inbox/inbox-store.ts';
import type { LuaScript, ScriptReply, ScriptRunner } from '../../../services/adapters/redis/lua-scripts.ts';
import { storeTimeoutMs } from '../../../services/core/monitor/monitor.ts';
import { StoreUnreachableError } from '../../../services/core/platform/store-errors.ts';
import type { EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';

export interface RanScript {
  readonly by: string;
  readonly script: string;
  readonly keys: readonly string[];
  readonly args: readonly string[];
  readonly reply: ScriptReply;
}

/** Learns of every script right after the store ran it. */
export type ScriptWitness = (ran: RanScript) => void;

export interface StoreLineOptions {
  readonly trueTime: VirtualClock;
  readonly store: EmbeddedStore;
  readonly chance: Prng;
  readonly faultsOn: () => boolean;
  /** The probability of each fault, per request. */
  readonly trouble: number;
  readonly witness: ScriptWitness;
  readonly sourceOf: (script: LuaScript) => string;
}

const usualDelayMsMax = 20;
const longDelayMsMax = 5000;

export class StoreLine {
  isAway = false;
  /** The requests of each process that got no answer. */
  readonly lost = new Map<string, number>();
  /** Every request to run this script is lost. */
  lostScript: string | undefined;
  private readonly options: StoreLineOptions;

  constructor(options: StoreLineOptions) {
    this.options = options;
  }

  runnerFor(process: SimulatedProcess): ScriptRunner & CommandRunner {
    const { store, sourceOf, witness } = this.options;
    return {
      run: (script, keys, args) =>
        this.request(process, script.name, () => {
          const reply = store.runScript(sourceOf(script), keys, args) as ScriptReply;
          witness({ by: process.name, script: script.name, keys, args, reply });
          return reply;
        }),
      command: (args) => this.request(process, args[0], () => store.execute(args) as ScriptReply),
    };
  }

  private async request(
    process: SimulatedProcess,
    name: string,
    execute: () => ScriptReply,
  ): Promise<ScriptReply> {
    const { trueTime } = this.options;
    const [thereMs, backMs] = [this.delayMs(), this.delayMs()];
    const isRequestLost = this.isAway || name === this.lostScript || this.rolls();
    const isAnswerLost = isRequestLost || this.rolls() || thereMs + backMs > storeTimeoutMs;
    // A request may be carried out once more, late, when its sender no longer waits.
    if (!isRequestLost && this.rolls()) void trueTime.sleep(thereMs + longDelayMsMax).then(() => execute());
    const executed = isRequestLost ? undefined : trueTime.sleep(thereMs).then(execute);
    if (isAnswerLost) {
      this.lost.set(process.name, (this.lost.get(process.name) ?? 0) + 1);
      await process.sleep(storeTimeoutMs);
      throw new StoreUnreachableError(name, new Error('no answer in time'));
    }
    const reply = (await executed) ?? null;
    await process.sleep(backMs);
    return reply;
  }

  private rolls(): boolean {
    const { chance, faultsOn, trouble } = this.options;
    return faultsOn() && chance.happens(trouble);
  }

  private delayMs(): number {
    const { chance } = this.options;
    return chance.integer(1, this.rolls() ? longDelayMsMax : usualDelayMsMax);
  }
}
