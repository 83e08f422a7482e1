/**
 * The outage detector: decides from one observation of the store whether the bot is down and what has to change.
 *
 * The story. A leader that polls successfully writes a heartbeat every 20 seconds. A heartbeat may be late, a worker
 * may restart, a lease may change hands: all of that is over within a minute or two. So a short silence means little.
 * Silence for longer than `staleMs` means that nobody answers people, whatever the processes look like. At exactly
 * `staleMs` the bot is not down yet.
 *
 * Three kinds of silence need care:
 * - No heartbeat at all. A fresh deployment has none, so the time counts from the monitor's first run. A heartbeat
 *   outlives any deployment (it is kept for a week), so its absence later is real.
 * - A malformed heartbeat. It proves neither death nor life: it never ends an outage, and it opens one if it stays
 *   malformed for longer than `staleMs` after it was first seen.
 * - A heartbeat from the future, by more than `staleMs`. Taken at its word it would hide every outage until then, so
 *   it counts as malformed. A little ahead is only a worker's clock and counts as fresh.
 *
 * If the store cannot be read, nothing is decided here: that is *unknown*, not *down*, and the caller fails.
 *
 * A decision rests on what was observed. The scripts that carry it out check that the heartbeat is still the observed
 * one and that no other run was faster, so any number of runs may decide at once.
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
  /** To be made in this order. */
  readonly changes: readonly Change[];
}

export function decide(
  memory: OutageMemory,
  heartbeat: HeartbeatReading,
  settings: OutageSettings,
  nowMs: number,
): Decision {
  const malformed = isMalformed(heartbeat, settings, nowMs);
  const verdict = verdictOf(memory, heartbeat, settings, nowMs);
  const changes: Change[] = [];
  if (malformed !== (memory.malformedSinceMs !== null)) changes.push({ kind: 'mark-malformed', malformed });
  if (verdict.kind === 'up' && (memory.outage?.state === 'open' || memory.alertFlag !== null)) {
    changes.push({ kind: 'recover', outageId: memory.outage?.id ?? '' });
  }
  if (verdict.kind === 'down' && !isOpen(memory)) changes.push({ kind: 'open', sinceMs: verdict.sinceMs });
  if (verdict.kind === 'down' && isOpen(memory)) changes.push(...changesWhileOpen(memory, settings, nowMs));
  return { verdict, changes };
}

export function isMalformed(heartbeat: HeartbeatReading, settings: OutageSettings, nowMs: number): boolean {
  if (heartbeat.kind !== 'present') return heartbeat.kind === 'malformed';
  return heartbeat.tsMs - nowMs > settings.staleMs;
}

function verdictOf(
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

function changesWhileOpen(
  { outage }: OutageMemory,
  settings: OutageSettings,
  nowMs: number,
): readonly Change[] {
  if (outage === null) return [];
  const openForMs = nowMs - outage.openedMs;
  const changes: Change[] = [];
  const number = settings.reminderMs > 0 ? Math.floor(openForMs / settings.reminderMs) : 0;
  if (number > outage.reminders) changes.push({ kind: 'remind', outageId: outage.id, number });
  if (settings.autoRestartMs > 0 && openForMs >= settings.autoRestartMs && !outage.restarted) {
    changes.push({ kind: 'restart', outageId: outage.id });
  }
  return changes;
}
