/**
 * Runs handlers: one at a time and in order within a lane, different lanes side by side.
 *
 * Guarantees: a lane goes on only when its handler has ended, however long that takes; nothing is dispatched
 * after `mayAct` said no (what is left stays unfinished, for the next leader). A handler over its limit is
 * reported once and told by its signal; it is never cut off, because it could not be undone.
 */
import type { Clock } from '../clock.ts';
import type { HandleUpdate, Update } from './update.ts';

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
  readonly handlerLimitMs: number;
  readonly observer: LaneObserver;
}

export class Lanes<J extends Job> {
  private readonly options: LanesOptions;
  private readonly onDone: (job: J) => void;
  private readonly waiting = new Map<string, J[]>();

  constructor(options: LanesOptions, onDone: (job: J) => void) {
    this.options = options;
    this.onDone = onDone;
  }

  /** Lanes with a job that runs, or waits for its turn to be counted. */
  get busyCount(): number {
    return this.waiting.size;
  }

  add(job: J): void {
    const queue = this.waiting.get(job.lane);
    if (queue !== undefined) queue.push(job);
    else {
      this.waiting.set(job.lane, [job]);
      void this.runLane(job.lane);
    }
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
      this.onDone(job);
    }
    this.waiting.delete(lane);
  }

  private async runJob(job: J, { attempt, leave }: Admission): Promise<void> {
    const { clock, handle, observer } = this.options;
    const startedMs = clock.monotonicMs();
    const overdue = new AbortController();
    const ended = new AbortController();
    void this.watch(job, { overdue, ended: ended.signal, leave });
    try {
      await handle(job.update, { attempt, signal: overdue.signal });
      observer.onEnd(job, 'ok', clock.monotonicMs() - startedMs);
    } catch (error) {
      observer.onEnd(job, 'failed', clock.monotonicMs() - startedMs, error);
    } finally {
      ended.abort();
    }
  }

  private async watch(
    job: J,
    { overdue, ended, leave }: { overdue: AbortController; ended: AbortSignal; leave: () => void },
  ): Promise<void> {
    const { clock, handlerLimitMs, observer } = this.options;
    await clock.sleep(handlerLimitMs, ended);
    if (ended.aborted) return;
    overdue.abort(new Error(`the handler is over its limit of ${handlerLimitMs} ms`));
    observer.onOverdue(job, handlerLimitMs);
    leave();
  }
}

function noNeed(): void {}
