/**
 * The outage detector: says from one look at the store whether the bot is down, and what has to change.
 *
 * The story. A leader that polls well beats every 20 seconds. One beat may be late, a worker may restart, a lease
 * may change hands: all of that is over within a minute or two. So silence alone means little; silence for more
 * than `staleMs` means that nobody answers people, whatever the processes look like. At exactly `staleMs` it is
 * not down yet.
 *
 * Three silences need care:
 * - No heartbeat at all. A stack that was just deployed has none; so the time counts from the monitor's first
 *   run. A heartbeat outlives any deployment (it is kept for a week), so its absence later is a real one.
 * - A malformed heartbeat. Somebody wrote something, so it is no proof of death; but it is no proof of life
 *   either. It never ends an outage, and if it stays malformed for `staleMs` after it was first seen it opens one.
 * - A heartbeat from the future, by more than `staleMs`. Taken at its word it would hide every outage until
 *   then; so it counts as malformed. A little ahead is a worker's clock, and counts as fresh.
 *
 * A store that cannot be read never comes here: that is *unknown*, not *down*, and the caller fails.
 *
 * Decisions are made on what was seen; the store's scripts check, when they carry them out, that the heartbeat is
 * still the one that was judged, and that no other run was faster. So any number of runs may decide at once.
 */
import type { HeartbeatReading } from '../lease/heartbeat.ts';
import { isOpen, type OutageMemory, type OutageSettings } from './outage.ts';

export type Verdict =
  /** A fresh heartbeat. */
  | { readonly kind: 'up' }
  /** Silent, but not for long enough. */
  | { readonly kind: 'waiting'; readonly sinceMs: number }
  | { readonly kind: 'down'; readonly sinceMs: number };

export type Change =
  | { readonly kind: 'mark-malformed'; readonly malformed: boolean }
  | { readonly kind: 'open'; readonly sinceMs: number }
  | { readonly kind: 'recover'; readonly outageId: string }
  | { readonly kind: 'remind'; readonly outageId: string; readonly number: number }
  | { readonly kind: 'restart'; readonly outageId: string };

export interface Decision {
  readonly verdict: Verdict;
  /** In the order in which they are to be made. */
  readonly changes: readonly Change[];
}

export function decide(
  memory: OutageMemory,
  heartbeat: HeartbeatReading,
  settings: OutageSettings,
  nowMs: number,
): Decision {
  const malformed = isMalformed(heartbeat, settings, nowMs);
  const verdict = judge(memory, heartbeat, settings, nowMs);
  const changes: Change[] = [];
  if (malformed !== (memory.malformedSinceMs !== null)) changes.push({ kind: 'mark-malformed', malformed });
  if (verdict.kind === 'up' && (memory.outage?.state === 'open' || memory.alertFlag !== null)) {
    changes.push({ kind: 'recover', outageId: memory.outage?.id ?? '' });
  }
  if (verdict.kind === 'down' && !isOpen(memory)) changes.push({ kind: 'open', sinceMs: verdict.sinceMs });
  if (verdict.kind === 'down' && isOpen(memory)) changes.push(...whileItLasts(memory, settings, nowMs));
  return { verdict, changes };
}

export function isMalformed(heartbeat: HeartbeatReading, settings: OutageSettings, nowMs: number): boolean {
  if (heartbeat.kind !== 'present') return heartbeat.kind === 'malformed';
  return heartbeat.tsMs - nowMs > settings.staleMs;
}

function judge(
  memory: OutageMemory,
  heartbeat: HeartbeatReading,
  settings: OutageSettings,
  nowMs: number,
): Verdict {
  if (isMalformed(heartbeat, settings, nowMs)) {
    return overdue(memory.malformedSinceMs ?? nowMs, settings, nowMs);
  }
  if (heartbeat.kind !== 'present') return overdue(memory.firstRunMs ?? nowMs, settings, nowMs);
  const verdict = overdue(heartbeat.tsMs, settings, nowMs);
  return verdict.kind === 'waiting' ? { kind: 'up' } : verdict;
}

function overdue(sinceMs: number, { staleMs }: OutageSettings, nowMs: number): Verdict {
  return { kind: nowMs - sinceMs > staleMs ? 'down' : 'waiting', sinceMs };
}

function whileItLasts({ outage }: OutageMemory, settings: OutageSettings, nowMs: number): readonly Change[] {
  if (outage === null) return [];
  const lastsMs = nowMs - outage.openedMs;
  const changes: Change[] = [];
  const number = settings.reminderMs > 0 ? Math.floor(lastsMs / settings.reminderMs) : 0;
  if (number > outage.reminders) changes.push({ kind: 'remind', outageId: outage.id, number });
  if (settings.autoRestartMs > 0 && lastsMs >= settings.autoRestartMs && !outage.restarted) {
    changes.push({ kind: 'restart', outageId: outage.id });
  }
  return changes;
}
