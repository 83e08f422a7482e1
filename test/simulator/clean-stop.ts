/**
 * A deploy after the faults have ended: the leader is stopped with enough time, and at most one request or answer of its
 * last steps is lost, or Telegram is out of reach for it. Then it ends, its lock is free, and nothing that it completed is
 * ever handled again.
 */
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { Report } from './checkers.ts';
import type { Crew } from './crew.ts';
import type { DeliveryChecker } from './delivery-checker.ts';
import type { Prng } from './prng.ts';
import type { StoreNetwork } from './store-network.ts';
import type { SimulatedTelegram } from './telegram.ts';

export interface CleanStopOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: EmbeddedStore;
  readonly network: StoreNetwork;
  readonly telegram: SimulatedTelegram;
  readonly crew: Crew;
  readonly delivery: DeliveryChecker;
  readonly report: Report;
  readonly note: (line: string) => void;
}

const lockKey = storeKeys('').lock;
const losses = [
  'nothing',
  'a request to the store',
  'an answer of the store',
  'a request to Telegram',
  'an answer of Telegram',
  'Telegram',
] as const;
/** A stop makes about this many requests of each kind. */
const requestsMax = 4;
/** The handlers must end by then: after that a stop still has time for every step and for one that is lost. */
const handlersEndMs = 600;
/** The drain's time, and one more try of each step. */
const stopTakesMsMax = 7000;

export class CleanStop {
  private readonly options: CleanStopOptions;

  constructor(options: CleanStopOptions) {
    this.options = options;
  }

  /** Stops the leader, if there is one. */
  async run(): Promise<void> {
    const { crew, trueTime, store, telegram, delivery, report, note } = this.options;
    const slot = crew.slots.find(({ process }) => crew.termOf(process.name) !== undefined);
    if (slot === undefined) return;
    const { process, ended } = slot;
    const term = crew.termOf(process.name) ?? '';
    note(`--- stop (${process.name}); lost: ${this.lose(process.name)}`);
    delivery.stopBegins(term);
    slot.stop.abort();
    const code = await Promise.race([ended, trueTime.sleep(handlersEndMs)]);
    if (code === undefined && crew.runningOf(process.name) > 0) return;
    const finalCode = code ?? (await Promise.race([ended, trueTime.sleep(stopTakesMsMax)]));
    telegram.heal(process.name);
    if (finalCode !== undefined) {
      if (store.execute(['GET', lockKey]) === term) report(`${process.name} ended and left its lock`);
      delivery.stopHadTime();
    } else if (!process.isDead) report(`${process.name} had time to stop and did not`);
  }

  private lose(name: string): (typeof losses)[number] {
    const { prng, network, telegram } = this.options;
    const lost = prng.oneOf(losses);
    const after = prng.integer(0, requestsMax - 1);
    if (lost === 'a request to the store') network.loseOne(name, { what: 'request', after });
    else if (lost === 'an answer of the store') network.loseOne(name, { what: 'answer', after });
    else if (lost === 'a request to Telegram') telegram.loseOne(name, { what: 'request', after });
    else if (lost === 'an answer of Telegram') telegram.loseOne(name, { what: 'answer', after });
    else if (lost === 'Telegram') telegram.cut(name);
    return lost;
  }
}
