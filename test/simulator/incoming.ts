/** The updates that reach Telegram, with ids as it gives them. */
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { DeliveryChecker } from './delivery-checker.ts';
import type { SimulatedMessage } from './load.ts';
import type { Prng } from './prng.ts';
import type { SimulatedTelegram } from './telegram.ts';

export interface IncomingOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly telegram: SimulatedTelegram;
  readonly delivery: DeliveryChecker;
  readonly newIdsUntilMs: number;
  readonly note: (line: string) => void;
}

const [firstIdMin, firstIdMax] = [2_000_001, 1_000_000_000];
const [beginAnewProbability, beginAnewFromMs] = [0.2, 5000];
const lowerProbability = 0.8;
const [jumpMin, jumpMax] = [10_000, 1_000_000];

export class IncomingUpdates {
  private readonly options: IncomingOptions;
  private nextId: number;
  private beginAnewMs = Number.POSITIVE_INFINITY;

  constructor(options: IncomingOptions) {
    const { prng, newIdsUntilMs } = options;
    this.options = options;
    this.nextId = prng.integer(firstIdMin, firstIdMax);
    if (prng.happens(beginAnewProbability)) this.beginAnewMs = prng.integer(beginAnewFromMs, newIdsUntilMs);
  }

  write({ chat, workMs, endless, poison, text }: SimulatedMessage): void {
    const { trueTime, telegram, delivery } = this.options;
    if (trueTime.monotonicMs() >= this.beginAnewMs && telegram.pending === 0) this.beginAnew();
    const update_id = this.nextId++;
    delivery.push({ id: update_id, chat, poison, endless });
    telegram.push({ update_id, message: { chat: { id: chat }, text }, workMs, endless, poison });
  }

  /** After a quiet week Telegram goes on with a random id, lower or higher. Nothing waits there then. */
  private beginAnew(): void {
    const { prng, note } = this.options;
    this.beginAnewMs = Number.POSITIVE_INFINITY;
    this.nextId += (prng.happens(lowerProbability) ? -1 : 1) * prng.integer(jumpMin, jumpMax);
    note(`--- ids begin anew at ${this.nextId}`);
  }
}
