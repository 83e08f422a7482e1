/**
 * The seam through which time enters.
 *
 * Every decision takes its time as an argument; only loops hold a `Clock`. The system's implementation is
 * `adapters/system-clock.ts`; the simulator's is a virtual one that moves only when nothing is left to do.
 */
export interface Clock {
  /** Milliseconds of a clock that never steps. Good for elapsed time only; its zero means nothing. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. For what is stored or shown; it may step either way. */
  wallMs(): number;
  /**
   * Resolves after `delayMs`, or at once when `signal` aborts (it never rejects: the caller looks at its
   * signal). A delay of 0 or less still yields to other work.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
