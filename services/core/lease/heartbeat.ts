/**
 * The heartbeat: what the leader writes about itself, and how others read it.
 *
 * It is a statement that polls succeed, not that a process runs: a timer that beats through a hung poll would be
 * a lie. Whoever reads it treats a value of another shape as malformed, never as fresh.
 */
export interface Heartbeat {
  readonly host: string;
  readonly pid: number;
  readonly env: string;
  /** ISO 8601 UTC, by the worker's clock corrected to the store's. */
  readonly ts: string;
  readonly last_poll_ts: string;
  readonly last_error: string | null;
  readonly in_flight: number;
  readonly epoch: number;
  readonly version: string;
}

/** Kept for a week, so that its age is known however long the outage. */
export const heartbeatKeptMs = 7 * 86_400_000;

export type HeartbeatReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly raw: string }
  | {
      readonly kind: 'present';
      readonly raw: string;
      readonly tsMs: number;
      readonly heartbeat: Partial<Heartbeat>;
    };

/** ISO 8601 in UTC with a whole date and time; a fraction may be finer than a millisecond, as other programs write it. */
const utcTime = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)$/;

/** Reads a stored value; only a usable `ts` is demanded, so that an older worker's heartbeat counts too. */
export function readHeartbeat(raw: string | null): HeartbeatReading {
  if (raw === null) return { kind: 'absent' };
  let value: unknown;
  try {
    value = JSON.parse(raw);
  } catch {
    return { kind: 'malformed', raw };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'malformed', raw };
  const heartbeat: Partial<Heartbeat> = value;
  const tsMs = readTime(heartbeat.ts);
  return tsMs === undefined ? { kind: 'malformed', raw } : { kind: 'present', raw, tsMs, heartbeat };
}

/** `Date.parse` alone takes nearly anything for a time: "1" for a day long ago, and 30 February for one in March. */
function readTime(ts: unknown): number | undefined {
  if (typeof ts !== 'string') return undefined;
  const [, day] = utcTime.exec(ts) ?? [];
  const tsMs = Date.parse(ts);
  if (day === undefined || Number.isNaN(tsMs)) return undefined;
  const isThatDay = new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day);
  return isThatDay ? tsMs : undefined;
}

/** Never negative: a worker's clock may run a little ahead of the store's. */
export function heartbeatAgeSeconds(reading: HeartbeatReading, nowMs: number): number | null {
  return reading.kind === 'present' ? Math.max(0, (nowMs - reading.tsMs) / 1000) : null;
}
