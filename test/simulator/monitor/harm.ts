/**
 * What goes wrong around the monitor's runs: runs are killed and frozen, at the worst moments too; a heartbeat comes back
 * right when it changes what a run is doing; the store is away, and a deployment runs, for a while.
 */
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Prng } from '../prng.ts';
import type { SimulatedProcess } from '../process.ts';
import type { BotLife } from './bot-life.ts';
import type { Channels } from './channels.ts';
import type { RanScript, StoreLine } from './store-line.ts';

export interface HarmOptions {
  readonly trueTime: VirtualClock;
  readonly chance: Prng;
  readonly line: StoreLine;
  readonly channels: Channels;
  readonly life: BotLife;
  readonly faultsOn: () => boolean;
  readonly processOf: (name: string) => SimulatedProcess | undefined;
  /** Starts one more run of the monitor. */
  readonly invoke: (chance: Prng) => void;
  readonly note: (line: string) => void;
}

const minuteMs = 60_000;

export class Harm {
  private readonly options: HarmOptions;

  constructor(options: HarmOptions) {
    this.options = options;
  }

  /** Kills some runs at any moment, and freezes others, some for longer than a claim lasts. */
  toRun(process: SimulatedProcess, chance: Prng): void {
    const { faultsOn, trueTime } = this.options;
    if (!faultsOn()) return;
    if (chance.happens(0.08)) this.later(chance.integer(0, 12_000), () => process.crash());
    if (!chance.happens(0.05)) return;
    const frozenMs = chance.integer(5000, 100_000);
    this.later(chance.integer(0, 4000), () => process.pause());
    void trueTime.sleep(4000 + frozenMs).then(() => process.resume());
  }

  ran(ran: RanScript): void {
    if (!this.options.faultsOn()) return;
    this.maybeComeBack(ran);
    this.maybeFreeze(ran);
  }

  /** Until then, the store is away or a deployment runs now and then. */
  async cause(untilMs: number): Promise<void> {
    const { trueTime, line, channels, chance: all, faultsOn, note } = this.options;
    const chance = all.fork();
    while (trueTime.monotonicMs() < untilMs) {
      await trueTime.sleep(chance.integer(3, 25) * minuteMs);
      if (!faultsOn()) return;
      const forMs = chance.integer(20_000, 200_000);
      const fault = chance.oneOf(['away', 'deploying'] as const);
      note(`--- ${fault} for ${forMs} ms`);
      if (fault === 'away') line.isAway = true;
      else channels.isDeploying = true;
      await trueTime.sleep(forMs);
      line.isAway = false;
      channels.isDeploying = false;
    }
  }

  /**
   * The worst moments to come back: right after a run has observed the store, while it sends "down", or after it has sent
   * "down" and got no answer.
   */
  private maybeComeBack({ script, args, reply }: RanScript): void {
    const { chance, life, invoke, note } = this.options;
    const claimed = script === 'claim-delivery-3' && Array.isArray(reply) ? String(reply[0]) : '';
    const unsure = script === 'settle-delivery-2' && args[4] === '1' ? String(args[0]) : '';
    const field = claimed + unsure;
    const isSending = field.includes('|down|') || field.includes('|reminder-');
    const isLikely = field.includes('|reminder-') || unsure !== '';
    const probability = unsure.includes('|IN_APP|') ? 0.6 : isLikely ? 0.2 : isSending ? 0.04 : 0.02;
    if (!(isSending || script === 'watch-bot-10') || !chance.happens(probability)) return;
    note('--- a heartbeat at the worst moment');
    life.beat();
    if (isSending) invoke(chance.fork());
  }

  /** The worst moment to freeze: with a claim on its way that has ended when the run wakes. */
  private maybeFreeze({ by, script, reply }: RanScript): void {
    const { chance, trueTime, processOf, note } = this.options;
    if (script !== 'claim-delivery-3' || reply === null || !chance.happens(0.005)) return;
    const process = processOf(by);
    note(`--- ${by} freezes with a claim`);
    process?.pause();
    void trueTime.sleep(chance.integer(40_000, 100_000)).then(() => process?.resume());
  }

  private later(delayMs: number, action: () => void): void {
    const { trueTime, faultsOn } = this.options;
    void trueTime.sleep(delayMs).then(() => {
      if (faultsOn()) action();
    });
  }
}
