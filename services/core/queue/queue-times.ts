/**
 * The times of a received message, derived from the visibility that each receive asks for.
 *
 * A receipt is a lease: who received a message at s may act on it until s + visibility·(1 − drift) − margin, and every
 * prolongation counts from before its own request. The wait of a receive and one prolongation that fails and is
 * repeated fit into that.
 */
import { type WindowTimes, windowTimes } from '../lease/act-window.ts';

export interface QueueTimes extends WindowTimes {
  readonly visibilityMs: number;
  /** A receive waits this long for messages. */
  readonly waitMs: number;
  readonly prolongAfterMs: number;
  /** How often the consumer looks whether something is to be prolonged. */
  readonly tickMs: number;
  readonly requestTimeoutMs: number;
}

export const visibilityMinSeconds = 6;
/** SQS's own limit for one wait is 20 s. */
const waitMaxMs = 10_000;

export function queueTimes(visibilityMs: number): QueueTimes {
  // Whole milliseconds: a timer takes no others.
  const share = (parts: number): number => Math.floor(visibilityMs / parts);
  return {
    visibilityMs,
    waitMs: Math.min(waitMaxMs, share(3)),
    prolongAfterMs: share(3),
    tickMs: share(15),
    requestTimeoutMs: share(6),
    ...windowTimes(visibilityMs),
  };
}
