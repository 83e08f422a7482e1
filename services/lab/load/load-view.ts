/** What is shown of the load of virtual people. */
export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

export interface LoadCounts {
  readonly sent: number;
  readonly answered: number;
  /** Sent, and neither answered nor lost. */
  readonly waiting: number;
  /** A later message of the same chat was answered and this one was not; or nothing is left that could answer it. */
  readonly lost: number;
  /** Answered after a later message of the same chat. */
  readonly outOfOrder: number;
  /** Answers beyond the first. */
  readonly repeated: number;
  readonly latencyMs: Percentiles | null;
}

export interface LoadView extends LoadCounts {
  readonly running: boolean;
  readonly perSecond: number;
  readonly chats: number;
}
