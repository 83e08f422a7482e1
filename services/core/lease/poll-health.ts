/**
 * Whether polls succeed: the heartbeat is written only while they do, and the health page shows it.
 *
 * Polling counts as good until the last success is older than one poll may take. So a poll that hangs silences the
 * heartbeat even if its failure is never reported.
 */
export class PollHealth {
  private success: { monotonicMs: number; wallMs: number } | undefined;
  private failed = false;
  /** The last failure's message; null after a success. */
  lastError: string | null = null;
  private readonly pollDeadlineMs: number;
  private readonly onSuccess: () => void;

  /**
   * @param pollDeadlineMs how long one poll may take, including the wait for updates
   * @param onSuccess called after each success is noted: a heartbeat may have become due
   */
  constructor(pollDeadlineMs: number, onSuccess: () => void = () => {}) {
    this.pollDeadlineMs = pollDeadlineMs;
    this.onSuccess = onSuccess;
  }

  get lastSuccessWallMs(): number | undefined {
    return this.success?.wallMs;
  }

  succeeded(at: { monotonicMs: number; wallMs: number }): void {
    this.success = at;
    this.failed = false;
    this.lastError = null;
    this.onSuccess();
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
