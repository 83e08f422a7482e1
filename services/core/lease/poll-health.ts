/**
 * Whether polls succeed: what the heartbeat may claim and the health page shows.
 *
 * A poll counts as going on well while it is younger than its own deadline; so one that hangs silences the
 * heartbeat even if its failure is never reported.
 */
export class PollHealth {
  /** Monotonic and wall time of the last success. */
  private success: { monotonicMs: number; wallMs: number } | undefined;
  private failed = false;
  /** The last failure in words; null after a success. */
  lastError: string | null = null;
  private readonly pollDeadlineMs: number;

  /** @param pollDeadlineMs how long one poll may take, its waiting time included */
  constructor(pollDeadlineMs: number) {
    this.pollDeadlineMs = pollDeadlineMs;
  }

  get lastSuccessWallMs(): number | undefined {
    return this.success?.wallMs;
  }

  succeeded(at: { monotonicMs: number; wallMs: number }): void {
    this.success = at;
    this.failed = false;
    this.lastError = null;
  }

  failedWith(error: string): void {
    this.failed = true;
    this.lastError = error;
  }

  /** Milliseconds since the last successful poll; undefined before the first. */
  ageMs(nowMonotonicMs: number): number | undefined {
    return this.success === undefined ? undefined : nowMonotonicMs - this.success.monotonicMs;
  }

  isGood(nowMonotonicMs: number): boolean {
    const ageMs = this.ageMs(nowMonotonicMs);
    return !this.failed && ageMs !== undefined && ageMs <= this.pollDeadlineMs;
  }
}
