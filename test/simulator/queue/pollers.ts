/** The pollers of a run: the shipped `Worker`, whose handler sends each update to the queue. */
import { redisUpdateJournal } from '../../../services/adapters/redis/journal/update-journal.ts';
import { redisLockStore } from '../../../services/adapters/redis/lease/lock-store.ts';
import { redisDeadUpdates } from '../../../services/adapters/redis/queue/queue-store.ts';
import type { Worker } from '../../../services/bot/worker.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { forwardUpdate } from '../../../services/core/queue/forward-update.ts';
import type { Sha256 } from '../../../services/core/queue/queue-message.ts';
import { QueueSender } from '../../../services/core/queue/queue-sender.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Report } from '../checkers.ts';
import type { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import { simulatedWorker } from '../simulated-worker.ts';
import type { StoreNetwork } from '../store-network.ts';
import type { SimulatedTelegram } from '../telegram.ts';
import type { Place } from './place.ts';
import type { QueueNetwork } from './queue-network.ts';

export interface PollersOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: StoreNetwork;
  readonly queue: QueueNetwork;
  readonly telegram: SimulatedTelegram;
  readonly sha256: Sha256;
  readonly report: Report;
  readonly note: (line: string) => void;
}

const keys = storeKeys('');
const driftMax = 0.0045;

export class Pollers {
  readonly slots: Place[] = [];
  private readonly options: PollersOptions;
  private readonly workers: Worker[] = [];

  constructor(options: PollersOptions) {
    this.options = options;
  }

  start(index: number): void {
    const { trueTime, prng, note, report } = this.options;
    const starts = (this.slots[index]?.starts ?? 0) + 1;
    const rate = 1 + (prng.unit() * 2 - 1) * driftMax;
    const process = new SimulatedProcess(`w${index}.${starts}`, trueTime, { rate, wallOffsetMs: 0 });
    const stop = new AbortController();
    this.slots[index] = { process, stop, starts };
    const worker = this.worker(process, index);
    this.workers.push(worker);
    void worker.run(stop.signal).then(
      (code) => {
        note(`${process.name} ended with code ${code}`);
        process.crash();
      },
      (error: unknown) => report(`${process.name} ended because of a bug: ${String(error)}`),
    );
  }

  /** Aborts everything: Node keeps a combined signal while it has listeners. */
  dismiss(): void {
    for (const { stop } of this.slots) stop.abort();
    for (const { state } of this.workers) state.term?.end('released');
  }

  private worker(process: SimulatedProcess, index: number): Worker {
    const { store, queue, telegram, prng, sha256, note } = this.options;
    const runner = store.runnerFor(process);
    const random = prng.fork();
    const epoch = (): number => worker.state.term?.epoch ?? 0;
    const onTrouble = (what: string, error: unknown): void =>
      note(`${process.name}: ${what}: ${String(error)}`);
    const sender = new QueueSender({
      clock: process,
      random,
      queue: queue.queueFor(process),
      sha256,
      epoch,
      observer: { onSent: () => {}, onSendFailed: (error) => onTrouble('send', error) },
    });
    const forward = forwardUpdate({
      clock: process,
      random,
      sender,
      dead: redisDeadUpdates(runner, keys),
      epoch,
      observer: { onRefused: () => {}, onTrouble },
    });
    const worker: Worker = simulatedWorker({
      process,
      index,
      botId: '1',
      random,
      api: telegram.apiFor(process),
      lockStore: redisLockStore(runner, keys, '1'),
      journal: redisUpdateJournal(runner, keys),
      channel: store.channelFor(process, keys.wakeChannel),
      inFlightMax: 1000,
      env: 'production',
      handle: (_term, update, context) => forward(update, context),
      forwarding: { mayFetch: () => true },
      onDeadLetters: () => {},
      note,
    });
    return worker;
  }
}
