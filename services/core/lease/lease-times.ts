/**
 * The times of a lease, and the arithmetic that makes it safe.
 *
 * A leader that sent its last successful request at s may act until D = s + TTL·(1 − drift) − margin. `drift`
 * bounds how much faster the store's clock may run than the worker's; `margin` covers the time from the check to
 * the socket write. A renewal that needs one retry must still end before D, hence
 * `renew + 2·rpcTimeout < TTL·(1 − drift) − margin`.
 */
import { driftRatio, type WindowTimes, windowTimes } from './act-window.ts';

export interface LeaseTimes extends WindowTimes {
  readonly ttlMs: number;
  readonly renewMs: number;
  readonly rpcTimeoutMs: number;
}

export const leaseTtlMinSeconds = 3;
/** As the margin: 3 s at 30 s. */
const timeoutShare = 0.1;

export function leaseTimes({ ttlMs, renewMs }: { ttlMs: number; renewMs: number }): LeaseTimes {
  return { ttlMs, renewMs, rpcTimeoutMs: ttlMs * timeoutShare, ...windowTimes(ttlMs) };
}

/** Says what is wrong with the times, with the arithmetic spelled out; undefined if they fit. */
export function leaseTimesProblem(
  times: LeaseTimes,
): { expected: string; got: string; fix: string } | undefined {
  const neededMs = times.renewMs + 2 * times.rpcTimeoutMs;
  if (neededMs < times.actForMs) return undefined;
  const highest = seconds(times.actForMs - 2 * times.rpcTimeoutMs);
  return {
    expected: `renew + 2 × time-out < TTL × ${1 - driftRatio} − margin`,
    got:
      `${seconds(times.renewMs)} + 2 × ${seconds(times.rpcTimeoutMs)} = ${seconds(neededMs)}, which is not below ` +
      `${seconds(times.ttlMs)} × ${1 - driftRatio} − ${seconds(times.marginMs)} = ${seconds(times.actForMs)}`,
    fix: `renew more often than every ${highest} s, or raise POLLING_LOCK_TTL_SECONDS`,
  };
}

function seconds(ms: number): string {
  return String(Number((ms / 1000).toFixed(3)));
}
