/** The consumers of a run, in slots that ECS keeps occupied: the shipped `Consumer` on simulated processes. */
import { redisDeadUpdates, redisQueueAttempts } from '../../../services/adapters/redis/queue/queue-store.ts';
import { storeKeys } from '../../../services/core/platform/store-keys.ts';
import { Consumer } from '../../../services/core/queue/consumer.ts';
import type { HeldMessage } from '../../../services/core/queue/group-hold.ts';
import type { DeadUpdates } from '../../../services/core/queue/queue-store.ts';
import type { QueueTimes } from '../../../services/core/queue/queue-times.ts';
import type { HandlerContext, Update } from '../../../services/core/updates/update.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import type { Report } from '../checkers.ts';
import type { Prng } from '../prng.ts';
import { SimulatedProcess } from '../process.ts';
import type { StoreNetwork } from '../store-network.ts';
import type { Place } from './place.ts';
import type { QueueChecker } from './queue-checker.ts';
import type { QueueNetwork } from './queue-network.ts';

export interface ConsumersOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: StoreNetwork;
  readonly queue: QueueNetwork;
  readonly checker: QueueChecker;
  readonly times: QueueTimes;
  readonly slots: number;
  readonly report: Report;
  readonly note: (line: string) => void;
}

const keys = storeKeys('');
const driftMax = 0.0045;
const restartMs = 1000;

interface Run {
  readonly receipt: string;
  readonly attempt: number;
  readonly process: string;
}

export class Consumers {
  readonly slots: Place[] = [];
  private readonly running = new Set<Run>();
  private readonly receivedMs = new WeakMap<HeldMessage, number>();
  private readonly options: ConsumersOptions;

  constructor(options: ConsumersOptions) {
    this.options = options;
  }

  start(index: number): void {
    const { trueTime, prng, note, report } = this.options;
    const starts = (this.slots[index]?.starts ?? 0) + 1;
    const rate = 1 + (prng.unit() * 2 - 1) * driftMax;
    const wallOffsetMs = prng.integer(-400_000, 400_000);
    const process = new SimulatedProcess(`c${index}.${starts}`, trueTime, { rate, wallOffsetMs });
    const stop = new AbortController();
    const ended = this.consumer(process, stop.signal).run();
    this.slots[index] = { process, stop, starts };
    void ended.then(
      () => {
        note(`${process.name} stopped`);
        process.crash();
      },
      (error: unknown) => report(`${process.name} ended because of a bug: ${String(error)}`),
    );
  }

  private consumer(process: SimulatedProcess, stop: AbortSignal): Consumer {
    const { trueTime, store, queue, times, slots, prng, note } = this.options;
    const runner = store.runnerFor(process);
    const ids = (messages: readonly HeldMessage[]): string =>
      messages.map(({ update }) => String(update['serial'])).join(' ');
    return new Consumer(
      {
        clock: process,
        random: prng.fork(),
        queue: queue.queueFor(process),
        attempts: redisQueueAttempts(runner, keys),
        dead: this.watchedBurials(redisDeadUpdates(runner, keys)),
        handle: (update, context) => this.handle(process, update, context),
        observer: {
          onReceived: (messages) => {
            note(`${process.name} received ${ids(messages)}`);
            for (const message of messages) this.receivedMs.set(message, trueTime.monotonicMs());
          },
          onLost: (reason, messages) => note(`${process.name} lost ${ids(messages)}: ${reason}`),
          onDeadLetter: (message) => note(`${process.name} gave up ${ids([message])}`),
          onEnd: () => {},
          onOverdue: () => {},
          onTrouble: (what, error) => note(`${process.name}: ${what}: ${String(error)}`),
        },
        slots,
        times,
        drainTimeoutMs: 3000,
      },
      stop,
    );
  }

  /** It may have arrived although its answer was lost. */
  private watchedBurials(dead: DeadUpdates): DeadUpdates {
    return {
      bury: (letter) => {
        this.options.checker.buried(letter.content);
        return dead.bury(letter);
      },
    };
  }

  /** A handler that works for a while and answers. */
  private async handle(process: SimulatedProcess, update: Update, context: HandlerContext): Promise<void> {
    const { checker, trueTime, note } = this.options;
    const { received } = context as HandlerContext & { readonly received: HeldMessage };
    const serial = Number(update['serial']);
    const run = { receipt: received.delivered.receipt, attempt: context.attempt, process: process.name };
    note(`${process.name} begins ${serial}, attempt ${context.attempt}`);
    checker.begin(serial, run);
    if (update['poison'] === true && !checker.isCured(serial)) {
      const waitedMs = trueTime.monotonicMs() - (this.receivedMs.get(received) ?? 0);
      const others = [...this.running].filter((other) => other.process === process.name);
      checker.crash(serial, { ...run, waitedMs }, others);
      return this.crashFrom(process, serial);
    }
    this.running.add(run);
    try {
      const workMs = Number(update['workMs']);
      if (workMs > 0) await process.sleep(workMs);
      if (!context.permit.mayAct()) throw new Error('the permit has ended');
      note(`${process.name} answers ${serial}`);
      checker.answer(serial, run);
    } finally {
      this.running.delete(run);
    }
  }

  private crashFrom(process: SimulatedProcess, serial: number): Promise<never> {
    this.options.note(`${process.name} crashes from ${serial}`);
    process.crash();
    const index = this.slots.findIndex((slot) => slot.process === process);
    if (index !== -1) void this.options.trueTime.sleep(restartMs).then(() => this.start(index));
    return new Promise(() => {});
  }
}
