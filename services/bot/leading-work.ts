/**
 * Work beside polling for one term, such as schedules that must run in one place.
 *
 * Guarantees: its signal aborts as soon as this worker should stop leading. `end` waits for it as the drain waits for
 * handlers: until it has ended, the drain time has passed, or the term is over.
 */
import type { Term } from '../core/lease/term.ts';
import type { Clock } from '../core/platform/clock.ts';

export interface LeadingWorkOptions {
  readonly clock: Clock;
  readonly drainTimeoutMs: number;
  /** Never rejects. */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export class LeadingWork {
  private readonly options: LeadingWorkOptions;
  private readonly term: Pick<Term, 'overSignal'>;
  private readonly ending = new AbortController();
  private readonly ended: Promise<'ended'>;
  private deadlineMs = Number.POSITIVE_INFINITY;

  constructor(
    options: LeadingWorkOptions,
    term: Pick<Term, 'endingSignal' | 'overSignal'>,
    stop: AbortSignal,
  ) {
    const { clock, drainTimeoutMs, run } = options;
    this.options = options;
    this.term = term;
    const signal = AbortSignal.any([stop, term.endingSignal, this.ending.signal]);
    const onEnding = (): void => {
      this.deadlineMs = clock.monotonicMs() + drainTimeoutMs;
    };
    signal.addEventListener('abort', onEnding, { once: true });
    if (signal.aborted) onEnding();
    this.ended = run(signal).then(() => 'ended');
  }

  /** Call when polling has ended. 'late': it still runs. */
  async end(): Promise<'ended' | 'late'> {
    const { clock } = this.options;
    this.ending.abort();
    const waiting = new AbortController();
    const wait = AbortSignal.any([this.term.overSignal, waiting.signal]);
    const late = clock.sleep(Math.max(0, this.deadlineMs - clock.monotonicMs()), wait);
    const end = await Promise.race([this.ended, late.then(() => 'late' as const)]);
    waiting.abort();
    return end;
  }
}
