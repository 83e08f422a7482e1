/**
 * The heartbeat: what the leader writes about itself, and how others read it.
 *
 * It says that polls succeed, not that a process runs: a timer that beats through a hung poll would lie. A value of
 * another shape is read as malformed, never as fresh.
 */
export interface Heartbeat {
  readonly host: string;
  readonly pid: number;
  readonly env: string;
  /** The bot's id. */
  readonly bot: string;
  /** ISO 8601 UTC, on the store's clock. */
  readonly ts: string;
  readonly last_poll_ts: string;
  /** Why polls have failed since `ts`, in one line without secrets; null while they succeed. */
  readonly last_error: string | null;
  readonly in_flight: number;
  readonly epoch: number;
  readonly version: string;
}

/** A week: the monitor must know the age even in a long outage. */
export const heartbeatKeptMs = 7 * 86_400_000;

export type HeartbeatReading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly raw: string }
  | {
      readonly kind: 'present';
      readonly raw: string;
      readonly tsMs: number;
      readonly heartbeat: Partial<Heartbeat>;
    }
  /** Says nothing about this bot: as good as none. */
  | { readonly kind: 'of another bot'; readonly raw: string };

/** ISO 8601 UTC with full date and time. Other programs may write fractions finer than a millisecond. */
const utcTime = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|\+00:00)$/;

/** Reads a stored value. Only a valid `ts` is required, so an older worker's heartbeat counts too. */
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

/** What the reading says about this bot. Heartbeats of older workers name no bot and count. */
export function heartbeatFor(botId: string | undefined, reading: HeartbeatReading): HeartbeatReading {
  if (botId === undefined || reading.kind !== 'present') return reading;
  const bot: unknown = reading.heartbeat.bot;
  return bot === undefined || String(bot) === botId ? reading : { kind: 'of another bot', raw: reading.raw };
}

/** `Date.parse` alone accepts almost anything: it reads "1" as a day in 2001, and 30 February as 2 March. */
function readTime(ts: unknown): number | undefined {
  if (typeof ts !== 'string') return undefined;
  const [, day] = utcTime.exec(ts) ?? [];
  const tsMs = Date.parse(ts);
  if (day === undefined || Number.isNaN(tsMs)) return undefined;
  const isThatDay = new Date(Date.parse(`${day}T00:00:00Z`)).toISOString().startsWith(day);
  return isThatDay ? tsMs : undefined;
}

/** Never negative: the heartbeat's clock may be a little ahead. */
export function heartbeatAgeSeconds(reading: HeartbeatReading, nowMs: number): number | null {
  return reading.kind === 'present' ? Math.max(0, (nowMs - reading.tsMs) / 1000) : null;
}

/** Why polls have failed since the heartbeat; null: they did not, or nobody says. */
export function pollErrorOf(reading: HeartbeatReading): string | null {
  if (reading.kind !== 'present') return null;
  const error: unknown = reading.heartbeat.last_error;
  return typeof error === 'string' && error !== '' ? error : null;
}
