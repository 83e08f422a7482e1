/**
 * Whether polls succeed, and else why not: the heartbeat beats only while they do, and the health page shows both.
 *
 * Polling counts as good until the last success is older than one poll may take. So a poll that hangs silences the
 * heartbeat even if its failure is never reported.
 */
export interface PollHealthOptions {
  /** Called after each success is noted: a heartbeat may have become due. */
  readonly onSuccess?: () => void;
  /** A failure in one line without secrets. */
  readonly describe?: (error: unknown) => string;
}

export class PollHealth {
  private success: { monotonicMs: number; wallMs: number } | undefined;
  private failed = false;
  /** Why polls fail, in one line; null after a success. */
  lastError: string | null = null;
  private readonly pollDeadlineMs: number;
  private readonly onSuccess: () => void;
  private readonly describe: (error: unknown) => string;

  /** @param pollDeadlineMs how long one poll may take, including the wait for updates */
  constructor(
    pollDeadlineMs: number,
    { onSuccess = () => {}, describe = (error) => String(error) }: PollHealthOptions = {},
  ) {
    this.pollDeadlineMs = pollDeadlineMs;
    this.onSuccess = onSuccess;
    this.describe = describe;
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

  failedWith(error: unknown): void {
    this.failed = true;
    this.lastError = this.describe(error);
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
