/**
 * One run of queue mode: pollers that send to the queue, consumers that handle what is in it, one store, one Telegram
 * and a script of faults, all from one seed.
 *
 * The pollers are the shipped `Worker` with its lease, the consumers the shipped `Consumer`; the store is the embedded
 * one, the queue the lab's model. Only clocks and networks are simulated. Faults stop at `faultsMs`. Then everything is
 * repaired, and the run goes on until nothing may be missing any more.
 */
import { createHash } from 'node:crypto';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import type { Sha256 } from '../../../services/core/queue/queue-message.ts';
import { queueTimes } from '../../../services/core/queue/queue-times.ts';
import { createEmbeddedStore, type EmbeddedStore } from '../../../services/lab/redis-rest/embedded-store.ts';
import { FifoQueue } from '../../../services/lab/sqs-emulator/fifo-queue.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { type SimulatedMessage, simulateLoad } from '../load.ts';
import { Prng } from '../prng.ts';
import { ttlMs } from '../simulated-worker.ts';
import { StoreNetwork } from '../store-network.ts';
import type { LockReading } from '../store-witness.ts';
import { SimulatedTelegram } from '../telegram.ts';
import { Consumers } from './consumers.ts';
import { Pollers } from './pollers.ts';
import { QueueChecker } from './queue-checker.ts';
import { QueueFaultScript } from './queue-faults.ts';
import { QueueNetwork } from './queue-network.ts';

export interface QueueRunOptions {
  readonly seed: number;
  readonly sha256?: Sha256;
  readonly trace?: (line: string) => void;
}

export interface QueueRunResult {
  readonly violations: readonly string[];
  readonly completed: number;
}

const visibilityMs = 6000;
const times = queueTimes(visibilityMs);
const [faultsMs, quietMs] = [45_000, 25_000];
/** Each poison update costs three visibilities: the run may last this many longer. */
const extraRounds = 60;
const longWorkProbability = 0.05;

const keys = storeKeys('');
const nothingRead = {} as LockReading;
const sharedStore = await createEmbeddedStore({ nowMs: () => 0 });
const sha256Hex: Sha256 = (text) => createHash('sha256').update(text).digest('hex');

export function run(options: QueueRunOptions): Promise<QueueRunResult> {
  return new QueueSimulation(options).run();
}

class QueueSimulation {
  private readonly trueTime = new VirtualClock({ wallMs: Date.UTC(2030, 0, 1) });
  private readonly prng: Prng;
  private trace: ((line: string) => void) | undefined;
  private readonly violations: string[] = [];
  private readonly store: EmbeddedStore;
  private readonly telegram: SimulatedTelegram;
  private readonly checker: QueueChecker;
  private readonly pollers: Pollers;
  private readonly consumers: Consumers;
  private readonly faults: QueueFaultScript;
  private readonly works: Prng;
  private faultsOn = true;
  private serial = 0;
  private nextUpdateId: number;

  constructor({ seed, sha256 = sha256Hex, trace }: QueueRunOptions) {
    this.prng = new Prng(seed);
    this.trace = trace;
    this.works = this.prng.fork();
    const { trueTime, prng } = this;
    this.nextUpdateId = prng.integer(2_000_001, 1_000_000_000);
    this.store = sharedStore.sibling({ nowMs: () => trueTime.wallMs() });
    const faultsOn = (): boolean => this.faultsOn;
    const note = (line: string): void => this.note(line);
    const report = (violation: string): void => {
      this.violations.push(violation);
      this.note(`VIOLATION: ${violation}`);
    };
    const tokens = prng.fork();
    const model = new FifoQueue({ clock: trueTime, token: () => tokens.token(), visibilityMs });
    this.checker = new QueueChecker(model, report);
    const { checker } = this;
    const storeNetwork = new StoreNetwork({
      ...{ trueTime, store: this.store, faultsOn },
      prng: prng.fork(),
      faults: {
        loseRequest: prng.unit() * 0.05,
        loseAnswer: prng.unit() * 0.05,
        repeatRequest: prng.unit() * 0.15,
        delayLong: prng.unit() * 0.05,
        loseHint: prng.unit(),
        longDelayMsMax: ttlMs,
      },
      rpcTimeoutMs: ttlMs / 10,
      witness: { before: () => nothingRead, after: () => {}, answered: () => {} },
      onSend: () => {},
      report,
      sourceOf: (script) => script.source,
    });
    const queueNetwork = new QueueNetwork({
      ...{ trueTime, queue: model, faultsOn },
      prng: prng.fork(),
      faults: {
        loseRequest: prng.unit() * 0.05,
        loseAnswer: prng.unit() * 0.1,
        delayLong: prng.unit() * 0.1,
        failEntry: prng.unit() * 0.1,
        longDelayMsMax: visibilityMs / 4,
      },
      requestTimeoutMs: times.requestTimeoutMs,
      witness: {
        accepted: (message) => checker.accept(message),
        removing: (message) => checker.remove(message),
      },
      onSend: (process, operation) => this.faults.perhapsFreeze(process, operation),
    });
    this.telegram = new SimulatedTelegram({
      ...{ trueTime, faultsOn },
      prng: prng.fork(),
      faults: { fail: prng.unit() * 0.05, loseAnswer: prng.unit() * 0.03, connectSlowly: 0 },
      onCall: () => () => {},
      onPolled: () => {},
    });
    const networks = { trueTime, store: storeNetwork, queue: queueNetwork, report, note };
    this.pollers = new Pollers({ ...networks, prng: prng.fork(), telegram: this.telegram, sha256 });
    const slots = prng.oneOf([2, 5, 50]);
    this.consumers = new Consumers({ ...networks, prng: prng.fork(), checker, times, slots });
    this.faults = new QueueFaultScript({
      ...{ trueTime, faultsOn, note, checker, storeNetwork, queueNetwork },
      prng: prng.fork(),
      store: this.store,
      pollers: this.pollers,
      consumers: this.consumers,
      visibilityMs,
      renumber: () => this.renumber(),
    });
  }

  async run(): Promise<QueueRunResult> {
    const { trueTime, prng, pollers, consumers, checker } = this;
    this.store.execute(['SET', keys.epoch, '0']);
    for (const index of [0, 1]) pollers.start(index);
    const consumerCount = prng.integer(2, 3);
    for (let index = 0; index < consumerCount; index++) consumers.start(index);
    void simulateLoad({
      trueTime,
      prng: prng.fork(),
      mayFlood: true,
      untilMs: faultsMs + quietMs / 3,
      mayPoison: () => this.faultsOn,
      write: (message) => this.write(message),
    });
    void this.faults.run(faultsMs);
    await trueTime.advance(faultsMs);
    this.note('--- all faults end');
    this.faultsOn = false;
    this.faults.repair();
    await trueTime.advance(quietMs);
    for (let round = 0; round < extraRounds && !checker.isDone; round++) await trueTime.advance(visibilityMs);
    checker.finish();
    const result = { violations: [...this.violations], completed: checker.completedCount };
    this.trace = undefined;
    pollers.dismiss();
    for (const { stop } of consumers.slots) stop.abort();
    return result;
  }

  private write({ chat, workMs, poison }: SimulatedMessage): void {
    const update_id = this.nextUpdateId++;
    const serial = ++this.serial;
    // Long enough to be prolonged several times.
    if (this.works.happens(longWorkProbability)) workMs = this.works.integer(2000, 1.5 * visibilityMs);
    this.checker.push({ serial, chat, poison });
    this.telegram.push({ update_id, message: { chat: { id: chat } }, serial, workMs, poison });
  }

  /** Another Bot API server, with ids of its own, some of which were in use a moment ago. */
  private renumber(): boolean {
    if (this.telegram.pending > 0) return false;
    this.nextUpdateId -= this.prng.integer(1, Math.min(this.serial + 1, 30));
    return true;
  }

  private note(line: string): void {
    this.trace?.(`${(this.trueTime.monotonicMs() / 1000).toFixed(3).padStart(8)} ${line}`);
  }
}
