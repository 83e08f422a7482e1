/**
 * The workers of a run: two or three in their slots, which ECS keeps occupied, and foreign ones that somebody starts on
 * the same store: a worker of another bot, and one of the same bot in development.
 */
import { redisUpdateJournal } from '../../services/adapters/redis/journal/update-journal.ts';
import { redisLockStore } from '../../services/adapters/redis/lease/lock-store.ts';
import type { Worker } from '../../services/bot/worker.ts';
import type { Term } from '../../services/core/lease/term.ts';
import { storeKeys } from '../../services/core/platform/store-keys.ts';
import type { Update } from '../../services/core/updates/update.ts';
import type { EmbeddedStore } from '../../services/lab/redis-rest/embedded-store.ts';
import type { VirtualClock } from '../support/virtual-clock.ts';
import type { ExclusionChecker, Report } from './checkers.ts';
import type { DeliveryChecker } from './delivery-checker.ts';
import type { Mutation } from './mutation.ts';
import type { Prng } from './prng.ts';
import { SimulatedProcess } from './process.ts';
import { simulatedWorker } from './simulated-worker.ts';
import type { Intruder, Slot } from './slot.ts';
import type { StoreNetwork } from './store-network.ts';
import type { SuspectsChecker } from './suspects-checker.ts';
import type { SimulatedTelegram } from './telegram.ts';

export interface CrewOptions {
  readonly trueTime: VirtualClock;
  readonly prng: Prng;
  readonly store: EmbeddedStore;
  readonly network: StoreNetwork;
  readonly telegram: SimulatedTelegram;
  readonly exclusion: ExclusionChecker;
  readonly delivery: DeliveryChecker;
  readonly suspects: SuspectsChecker;
  readonly mutation: Mutation;
  readonly inFlightMax: number;
  readonly faultsOn: () => boolean;
  /** An update has ended its process. */
  readonly onPoison: () => void;
  /** A worker said that updates became dead letters. */
  readonly onDeadLetters: () => void;
  readonly report: Report;
  readonly note: (line: string) => void;
}

interface Member {
  readonly process: SimulatedProcess;
  readonly stop: AbortController;
  readonly worker: Worker;
}

const keys = storeKeys('');
const [ownBotId, otherBotId] = ['1', '2'];
const driftMax = 0.0045;
/** More than the monitor waits: a heartbeat on such a wall clock would open a false outage. */
const wallOffsetMsMax = 400_000;
const restartMs = 1000;
const endlessStepMs = 500;

export class Crew {
  readonly slots: Slot[] = [];
  private readonly options: CrewOptions;
  private readonly members = new Map<string, Member>();
  private intruders: Member[] = [];
  private intruderCount = 0;
  /** How many handlers run in each process. */
  private readonly running = new Map<string, number>();

  constructor(options: CrewOptions) {
    this.options = options;
  }

  start(index: number): void {
    const starts = (this.slots[index]?.starts ?? 0) + 1;
    const { report, note, faultsOn } = this.options;
    const name = `w${index}.${starts}`;
    const { process, stop, worker } = this.hire(name, index, { botId: ownBotId, env: 'production' });
    const ended = worker.run(stop.signal);
    this.slots[index] = { process, stop, ended, starts };
    void ended.then(
      (code) => {
        note(`${name} ended with code ${code}`);
        process.crash();
        // It was stopped before the faults ended.
        if (!faultsOn()) this.replace(process);
      },
      (error: unknown) => report(`${name} ended because of a bug: ${String(error)}`),
    );
  }

  /** ECS starts another worker in the place of this one, once. A process in no slot is replaced by none. */
  replace(process: SimulatedProcess): void {
    process.crash();
    const index = this.slots.findIndex((slot) => slot.process === process);
    if (index !== -1) this.start(index);
  }

  /** Starts a foreign worker for a while, on a store that is bound already: on a new one it would be the rightful one. */
  intrude(kind: Intruder, forMs: number): void {
    const { store, trueTime, report, note } = this.options;
    if (store.execute(['GET', keys.bot]) !== ownBotId) return;
    this.intruderCount += 1;
    const name = `x${this.intruderCount}`;
    const botId = kind === 'another bot' ? otherBotId : ownBotId;
    const env = kind === 'another bot' ? 'production' : 'development';
    const member = this.hire(name, 100 + this.intruderCount, { botId, env });
    this.intruders.push(member);
    void member.worker.run(member.stop.signal).then(
      (code) => {
        note(`${name} ended with code ${code}`);
        member.process.crash();
      },
      (error: unknown) => report(`${name} ended because of a bug: ${String(error)}`),
    );
    void trueTime.sleep(forMs).then(() => member.stop.abort());
  }

  /** Not even a late request of theirs arrives. */
  endIntruders(): void {
    for (const { process } of this.intruders) {
      process.crash();
      this.options.network.cut(process.name);
    }
    this.intruders = [];
  }

  termOf(name: string): string | undefined {
    return this.members.get(name)?.worker.state.term?.value;
  }

  runningOf(name: string): number {
    return this.running.get(name) ?? 0;
  }

  /** A poll is an act of the term in which its process believes itself, at the moment when it arrives. */
  called(by: string, method: string): () => void {
    const { exclusion, report, note } = this.options;
    if (method !== 'getUpdates') return () => {};
    const term = this.termOf(by);
    note(`${by} polls`);
    if (term === undefined) {
      report(`${by} polled without a term`);
      return () => {};
    }
    return () => exclusion.acted(by, term, 'a poll');
  }

  /** Aborts everything: Node keeps a combined signal while it has listeners, and crashed processes never stop listening. */
  dismiss(): void {
    for (const { stop, worker } of this.members.values()) {
      stop.abort();
      worker.state.term?.end('released');
    }
  }

  private hire(name: string, index: number, who: Pick<WorkerKind, 'botId' | 'env'>): Member {
    const { trueTime, prng } = this.options;
    const rate = 1 + (prng.unit() * 2 - 1) * driftMax;
    const wallOffsetMs = prng.integer(-wallOffsetMsMax, wallOffsetMsMax);
    const process = new SimulatedProcess(name, trueTime, { rate, wallOffsetMs });
    const member = {
      process,
      stop: new AbortController(),
      worker: this.makeWorker({ process, index, ...who }),
    };
    this.members.set(name, member);
    return member;
  }

  private makeWorker({ process, index, botId, env }: WorkerKind): Worker {
    const { network, telegram, mutation, store, prng, inFlightMax, onDeadLetters, note } = this.options;
    const runner = network.runnerFor(process);
    const lockStore = redisLockStore(runner, keys, botId);
    const journal = redisUpdateJournal(runner, keys);
    return simulatedWorker({
      ...{ process, index, botId, env, inFlightMax, onDeadLetters, note },
      random: mutation.random?.(prng.fork()) ?? prng.fork(),
      api: telegram.apiFor(process),
      lockStore: mutation.wrapLockStore?.(lockStore, store) ?? lockStore,
      journal: mutation.wrapJournal?.(journal) ?? journal,
      channel: network.channelFor(process, keys.wakeChannel),
      handle: (term, update, { attempt }) => {
        if (botId === otherBotId) this.options.report(`another bot handled ${update.update_id}`);
        return this.handle(process, term, { update, attempt });
      },
    });
  }

  private async handle(
    process: SimulatedProcess,
    term: Term,
    { update, attempt }: { update: Update; attempt: number },
  ): Promise<void> {
    const { suspects, trueTime } = this.options;
    const [{ name }, id] = [process, update.update_id];
    this.running.set(name, this.runningOf(name) + 1);
    suspects.begun(term.value, { id, attempt, nowMs: trueTime.monotonicMs() });
    try {
      await this.work(process, term, { update, attempt });
    } finally {
      this.running.set(name, this.runningOf(name) - 1);
      suspects.finished(term.value, id, trueTime.monotonicMs());
    }
  }

  /** A handler that works for a while and answers. Its start and its answer are acts of its term. */
  private async work(
    process: SimulatedProcess,
    term: Term,
    { update, attempt }: { update: Update; attempt: number },
  ): Promise<void> {
    const { exclusion, delivery, faultsOn, note } = this.options;
    exclusion.acted(process.name, term.value, `the dispatch of update ${update.update_id}`);
    delivery.begin(update.update_id, attempt, term.value);
    if (update['poison'] === true && !delivery.isCured(update.update_id))
      return this.crashFrom(process, update);
    const workMs = Number(update['workMs']);
    if (workMs > 0) await process.sleep(workMs);
    while (update['endless'] === true && faultsOn()) await process.sleep(endlessStepMs);
    if (!term.mayAct()) throw new Error('the term is over');
    exclusion.acted(process.name, term.value, `the answer to update ${update.update_id}`);
    note(`${process.name} answered ${update.update_id}`);
    delivery.complete(update.update_id, term.value);
  }

  /** A poison update: its handler crashes the process every time. */
  private crashFrom(process: SimulatedProcess, update: Update): Promise<never> {
    this.options.note(`${process.name} crashes from ${update.update_id}`);
    process.crash();
    this.options.onPoison();
    void this.options.trueTime.sleep(restartMs).then(() => this.replace(process));
    return new Promise(() => {});
  }
}

interface WorkerKind {
  readonly process: SimulatedProcess;
  readonly index: number;
  readonly botId: string;
  readonly env: 'production' | 'development';
}
