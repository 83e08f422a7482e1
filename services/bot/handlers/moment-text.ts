/** A point in time as people read it. */
import { clockText } from '../../core/alerts/duration-text.ts';

/** `01:18 UTC` if it is on the day of `nowMs`, else `2026-03-01 01:18 UTC`. */
export function momentText(ms: number, nowMs?: number): string {
  const isToday = nowMs !== undefined && dayText(ms) === dayText(nowMs);
  return `${isToday ? '' : `${dayText(ms)} `}${clockText(ms)} UTC`;
}

function dayText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
