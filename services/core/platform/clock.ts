/**
 * The port for time.
 *
 * Decisions take the time as an argument; only loops hold a `Clock`. `adapters/system-clock.ts` implements it for real;
 * the simulator's virtual clock moves only when nothing is left to do.
 */
export interface Clock {
  /** Milliseconds of a clock that never steps. For elapsed time only: its zero is arbitrary. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch. For times that are stored or shown. It may step either way. */
  wallMs(): number;
  /**
   * Resolves after `delayMs`, or at once when `signal` aborts. Never rejects: the caller checks its signal.
   * A delay of 0 or less still yields to other work.
   */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}
