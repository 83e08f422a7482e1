/**
 * Runs handlers: one at a time and in order within a lane, different lanes side by side.
 *
 * Guarantees: a lane goes on only when its handler has ended, however long that takes; nothing is dispatched
 * after `mayAct` said no (what is left stays unfinished, for the next leader). A handler over its limit is
 * reported once and told by its signal, as is one whose term is over; none is ever cut off, because it could not be
 * undone.
 */
import type { Clock } from '../platform/clock.ts';
import type { HandlerContext, HandleUpdate, Update } from './update.ts';

export interface Job {
  readonly update: Update;
  readonly lane: string;
  readonly attempt: number;
  /** It may have been tried before: its attempt is counted in the store before it runs. */
  readonly isReplay: boolean;
}

export interface Admission {
  readonly attempt: number;
  /** Called when the handler has ended, or is over its limit; more than once does no harm. */
  leave(): void;
}

/** Must not throw: a lane would not go on. */
export interface LaneObserver {
  onEnd(job: Job, result: 'ok' | 'failed', elapsedMs: number, error?: unknown): void;
  onOverdue(job: Job, elapsedMs: number): void;
}

export interface LanesOptions {
  readonly clock: Clock;
  readonly handle: HandleUpdate;
  /** Counts the attempt of a replayed job and lets it in when it may run. */
  readonly admit: (job: Job) => Promise<Admission | 'given up' | 'term over'>;
  readonly mayAct: () => boolean;
  /** Aborts when nothing may be done any more: the next leader will handle what is unfinished. */
  readonly overSignal: AbortSignal;
  readonly handlerLimitMs: number;
  readonly observer: LaneObserver;
}

/** One run of a handler. Its signal is made when it is asked for: few handlers do, and it is not cheap. */
class Run implements HandlerContext {
  readonly job: Job;
  readonly startedMs: number;
  readonly admission: Admission;
  private readonly overSignal: AbortSignal;
  private readonly overdue: { controller?: AbortController; reason?: Error } = {};
  private anySignal: AbortSignal | undefined;

  constructor(job: Job, startedMs: number, options: { admission: Admission; overSignal: AbortSignal }) {
    this.job = job;
    this.startedMs = startedMs;
    this.admission = options.admission;
    this.overSignal = options.overSignal;
  }

  get attempt(): number {
    return this.admission.attempt;
  }

  get signal(): AbortSignal {
    if (this.anySignal !== undefined) return this.anySignal;
    const controller = new AbortController();
    if (this.overdue.reason !== undefined) controller.abort(this.overdue.reason);
    this.overdue.controller = controller;
    this.anySignal = AbortSignal.any([controller.signal, this.overSignal]);
    return this.anySignal;
  }

  isOverdue(reason: Error): void {
    this.overdue.reason = reason;
    this.overdue.controller?.abort(reason);
    this.admission.leave();
  }
}

export class Lanes<J extends Job> {
  private readonly options: LanesOptions;
  private readonly onDone: (job: J) => void;
  private readonly waiting = new Map<string, J[]>();
  private toStart: string[] = [];
  /** What runs and is not overdue, in the order of beginning. */
  private readonly running = new Set<Run>();
  private isWatching = false;
  private idle = new AbortController();

  constructor(options: LanesOptions, onDone: (job: J) => void) {
    this.options = options;
    this.onDone = onDone;
  }

  /** Lanes with a job that runs, or waits for its turn to be counted. */
  get busyCount(): number {
    return this.waiting.size;
  }

  /** Takes a job in. The first of a lane runs from the next `start` on, each other one when it is its turn. */
  add(job: J): void {
    const queue = this.waiting.get(job.lane);
    if (queue !== undefined) queue.push(job);
    else {
      this.waiting.set(job.lane, [job]);
      this.toStart.push(job.lane);
    }
  }

  start(): void {
    const lanes = this.toStart;
    this.toStart = [];
    for (const lane of lanes) void this.runLane(lane);
  }

  private async runLane(lane: string): Promise<void> {
    const queue = this.waiting.get(lane) ?? [];
    for (let job = queue[0]; job !== undefined && this.options.mayAct(); job = queue[0]) {
      const admission = job.isReplay
        ? await this.options.admit(job)
        : { attempt: job.attempt, leave: noNeed };
      if (admission === 'term over') break;
      if (admission !== 'given up') {
        if (!this.options.mayAct()) break;
        await this.runJob(job, admission);
        admission.leave();
      }
      queue.shift();
      // Whoever waits for room looks at it in `onDone`.
      if (queue.length === 0) this.waiting.delete(lane);
      this.onDone(job);
    }
    if (this.waiting.get(lane) === queue) this.waiting.delete(lane);
  }

  private async runJob(job: J, admission: Admission): Promise<void> {
    const { clock, handle, observer, overSignal } = this.options;
    const run = new Run(job, clock.monotonicMs(), { admission, overSignal });
    this.running.add(run);
    if (!this.isWatching) void this.watch();
    try {
      await handle(job.update, run);
      observer.onEnd(job, 'ok', clock.monotonicMs() - run.startedMs);
    } catch (error) {
      observer.onEnd(job, 'failed', clock.monotonicMs() - run.startedMs, error);
    } finally {
      this.running.delete(run);
      // A reason spares the making of an error with its stack, at every quiet moment.
      if (this.running.size === 0) this.idle.abort('idle');
    }
  }

  /** One watch for all that run: whoever began first is over its limit first. */
  private async watch(): Promise<void> {
    const { clock, handlerLimitMs, observer } = this.options;
    this.isWatching = true;
    for (let [oldest] = this.running; oldest !== undefined; [oldest] = this.running) {
      const leftMs = oldest.startedMs + handlerLimitMs - clock.monotonicMs();
      if (leftMs > 0) {
        this.idle = new AbortController();
        await clock.sleep(leftMs, this.idle.signal);
        continue;
      }
      this.running.delete(oldest);
      oldest.isOverdue(new Error(`the handler is over its limit of ${handlerLimitMs} ms`));
      observer.onOverdue(oldest.job, handlerLimitMs);
    }
    this.isWatching = false;
  }
}

function noNeed(): void {}
