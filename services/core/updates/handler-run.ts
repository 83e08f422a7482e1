/**
 * One run of a handler, and what happens to its update.
 *
 * - The handler returns: the update is settled. Telegram may be told, the journal may forget it.
 * - The handler throws: the update has had its turn. It is settled in the same way, counted and logged as failed, and
 *   never retried.
 * - The handler is over its time limit: it is reported once and its signal aborts. Its lane stays locked until it ends.
 * - Its permit ends while the handler runs (in a term: the term is over): its signal aborts. The next process handles
 *   the update again, as a later attempt.
 * - The process ends while the handler runs: the update stays unsettled. The next leader counts another attempt
 *   (`attempt-counter.ts`); after the last one the update becomes a dead letter.
 *
 * Guarantees: `run` resolves when the handler has ended and not before, and never rejects because of it.
 * Does not guarantee: that a handler ever ends. None is cut off, because what it did cannot be undone.
 */
import type { Clock } from '../platform/clock.ts';
import type { Permit } from '../platform/permit.ts';
import type { HandlerContext, HandleUpdate, Update } from './update.ts';

/** An update that this term received or replays. */
export interface ReceivedUpdate {
  readonly update: Update;
  readonly lane: string;
  readonly attempt: number;
  /** An earlier leader may have attempted it: count the attempt in the store before its handler runs. */
  readonly isReplay: boolean;
  /** The process ended while this suspect ran beside others. */
  readonly triedBesideOthers?: true | undefined;
  /** Set if `dead retry` put it back: tells one such retry from another. */
  readonly retry?: number | undefined;
}

/** An attempt that may begin. */
export interface Attempt {
  readonly number: number;
  /** Lets the next suspect begin. Called when the handler has ended or is over its limit; safe to repeat. */
  release(): void;
}

/** Must not throw: the update's lane would stay locked. */
export interface HandlerObserver {
  onEnd(received: ReceivedUpdate, result: 'ok' | 'failed', elapsedMs: number, error?: unknown): void;
  onOverdue(received: ReceivedUpdate, elapsedMs: number): void;
}

export interface HandlerRunnerOptions<R extends ReceivedUpdate> {
  readonly clock: Clock;
  readonly handle: HandleUpdate;
  readonly permitOf: (received: R) => Permit;
  readonly handlerLimitMs: number;
  readonly observer: HandlerObserver;
}

class HandlerRun implements HandlerContext {
  readonly received: ReceivedUpdate;
  readonly startedMs: number;
  private readonly current: Attempt;
  readonly permit: Permit;
  private readonly overdue: { controller?: AbortController; reason?: Error } = {};
  private anySignal: AbortSignal | undefined;

  constructor(received: ReceivedUpdate, startedMs: number, options: { attempt: Attempt; permit: Permit }) {
    this.received = received;
    this.startedMs = startedMs;
    this.current = options.attempt;
    this.permit = options.permit;
  }

  get attempt(): number {
    return this.current.number;
  }

  get retry(): number | undefined {
    return this.received.retry;
  }

  /** Created lazily: expensive and rarely used. */
  get signal(): AbortSignal {
    if (this.anySignal !== undefined) return this.anySignal;
    const controller = new AbortController();
    if (this.overdue.reason !== undefined) controller.abort(this.overdue.reason);
    this.overdue.controller = controller;
    this.anySignal = AbortSignal.any([controller.signal, this.permit.overSignal]);
    return this.anySignal;
  }

  becomeOverdue(reason: Error): void {
    this.overdue.reason = reason;
    this.overdue.controller?.abort(reason);
    this.current.release();
  }
}

export class HandlerRunner<R extends ReceivedUpdate> {
  private readonly options: HandlerRunnerOptions<R>;
  /** Runs within their limit, oldest first. */
  private readonly running = new Set<HandlerRun>();
  private isWatching = false;
  private idle = new AbortController();

  constructor(options: HandlerRunnerOptions<R>) {
    this.options = options;
  }

  /** Runs the handler and resolves when it has ended, well or not. */
  async run(received: R, attempt: Attempt): Promise<void> {
    const { clock, handle, observer, permitOf } = this.options;
    const run = new HandlerRun(received, clock.monotonicMs(), {
      attempt,
      permit: permitOf(received),
    });
    this.running.add(run);
    if (!this.isWatching) void this.watchLimits();
    try {
      await handle(received.update, run);
      observer.onEnd(received, 'ok', clock.monotonicMs() - run.startedMs);
    } catch (error) {
      observer.onEnd(received, 'failed', clock.monotonicMs() - run.startedMs, error);
    } finally {
      this.running.delete(run);
      // With a reason, an abort creates no error with a stack. This happens at every quiet moment.
      if (this.running.size === 0) this.idle.abort('idle');
    }
  }

  /** One watch for all runs: the oldest is the first to reach its limit. */
  private async watchLimits(): Promise<void> {
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
      oldest.becomeOverdue(new Error(`the handler is over its limit of ${handlerLimitMs} ms`));
      observer.onOverdue(oldest.received, handlerLimitMs);
    }
    this.isWatching = false;
  }
}
