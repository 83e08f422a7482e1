/**
 * For how long a process may act after a request that gave it the right to: a lease's renewal, or a message's receipt.
 *
 * Guarantees: counted from before the request was sent, so a slow answer never moves the end past the moment when the
 * other side gives the right to somebody else.
 */
import type { Clock } from '../platform/clock.ts';

export interface ClockReading {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

export interface WindowTimes {
  /** How long the process may act after sending a request that succeeds. */
  readonly actForMs: number;
  readonly marginMs: number;
}

/** How much the clocks of two machines may drift apart. */
export const driftRatio = 0.01;
/** The margin is this share of the time that the other side grants. */
export const marginShare = 0.1;

export function readClocks(clock: Clock): ClockReading {
  return { monotonicMs: clock.monotonicMs(), wallMs: clock.wallMs() };
}

export function windowTimes(grantedMs: number): WindowTimes {
  const marginMs = grantedMs * marginShare;
  return { marginMs, actForMs: grantedMs * (1 - driftRatio) - marginMs };
}

/** Why nothing may be done any more; undefined while the window is open. */
export function windowEnd(
  clock: Clock,
  sentAt: ClockReading,
  { actForMs, marginMs }: WindowTimes,
): 'expired' | 'clock-jumped' | undefined {
  const elapsedMs = clock.monotonicMs() - sentAt.monotonicMs;
  if (elapsedMs >= actForMs) return 'expired';
  // The machine was suspended: the wall clock ran on, the monotonic one did not.
  return clock.wallMs() - sentAt.wallMs - elapsedMs > marginMs ? 'clock-jumped' : undefined;
}
