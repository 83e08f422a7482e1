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
 * A bot that comes and goes is *unstable*: an outage within 15 minutes of the last recovery is told as such, and from
 * then on nothing more is until the bot has worked for 15 minutes, or been down for as long. See `message-budget.ts`
 * for how many messages that can be.
 *
 * If the store cannot be read, nothing is decided here: that is *unknown*, not *down*, and the caller fails.
 *
 * A decision rests on what was observed. The scripts that carry it out check that the heartbeat is still the observed
 * one and that no other run was faster, so any number of runs may decide at once.
 */
import type { HeartbeatReading } from '../lease/heartbeat.ts';
import { hasRoomFor } from './message-budget.ts';
import { isOpen, type OutageMemory, type OutageSettings } from './outage.ts';

export type Verdict =
  /** A fresh heartbeat. */
  | { readonly kind: 'up' }
  /** Silent, but not for long enough. */
  | { readonly kind: 'waiting'; readonly sinceMs: number }
  | { readonly kind: 'down'; readonly sinceMs: number };

export type Change =
  | { readonly kind: 'mark-malformed'; readonly malformed: boolean }
  | ({ readonly kind: 'open'; readonly sinceMs: number } & Opening)
  | { readonly kind: 'recover'; readonly outageId: string }
  /** The outage of an unstable time lasts: it is told like any other. */
  | { readonly kind: 'tell-down'; readonly outageId: string }
  | { readonly kind: 'tell-acknowledged'; readonly outageId: string; readonly by: string }
  | { readonly kind: 'end-unstable'; readonly unstableId: string }
  | { readonly kind: 'remind'; readonly outageId: string; readonly number: number }
  | { readonly kind: 'restart'; readonly outageId: string };

/** What is told as an outage opens. */
export type Opening =
  | { readonly tell: 'down' }
  /** An unstable time begins. */
  | { readonly tell: 'unstable'; readonly unstableSinceMs: number; readonly outages: number }
  /** The unstable time goes on, and everyone knows of it. */
  | { readonly tell: 'nothing' };

/** An outage this soon after the last recovery is unstable; a beat or an outage this long ends that. */
export const steadyMs = 15 * 60_000;

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
  // Marked by every run: a mark goes on only from one judged heartbeat to the next.
  if (malformed || memory.malformedSinceMs !== null) changes.push({ kind: 'mark-malformed', malformed });
  if (verdict.kind === 'up' && (memory.outage?.state === 'open' || memory.alertFlag !== null)) {
    changes.push({ kind: 'recover', outageId: memory.outage?.id ?? '' });
  } else if (verdict.kind === 'up') changes.push(...changesWhileUp(memory, nowMs));
  if (verdict.kind === 'down' && !isOpen(memory)) {
    const { sinceMs } = verdict;
    changes.push({ kind: 'open', sinceMs, ...openingOf(memory, sinceMs, nowMs) });
  }
  if (verdict.kind === 'down' && isOpen(memory)) changes.push(...changesWhileOpen(memory, settings, nowMs));
  return { verdict, changes };
}

export function isMalformed(heartbeat: HeartbeatReading, settings: OutageSettings, nowMs: number): boolean {
  if (heartbeat.kind !== 'present') return heartbeat.kind === 'malformed';
  return heartbeat.tsMs - nowMs > settings.staleMs;
}

export function verdictOf(
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

function openingOf({ outage, unstable, messagesMs }: OutageMemory, sinceMs: number, nowMs: number): Opening {
  const isGoingOn = unstable?.state === 'unstable';
  // The flag of an open outage was deleted by hand, which requests a new alert.
  const isRequested = outage?.state === 'open';
  if (isRequested && hasRoomFor(isGoingOn ? 'down for good' : 'down', messagesMs, nowMs))
    return { tell: 'down' };
  if (isGoingOn) return { tell: 'nothing' };
  const recoveredMs = outage?.recoveredMs ?? null;
  const isSoon = recoveredMs !== null && nowMs - recoveredMs < steadyMs;
  if (!isSoon && hasRoomFor('down', messagesMs, nowMs)) return { tell: 'down' };
  // So many messages within an hour belong to one unstable time, even if it was stable for a while.
  const earlier = isSoon ? null : unstable;
  return {
    tell: 'unstable',
    unstableSinceMs: earlier?.sinceMs ?? outage?.sinceMs ?? sinceMs,
    outages: (earlier?.outages ?? 1) + 1,
  };
}

function changesWhileUp({ outage, unstable, messagesMs }: OutageMemory, nowMs: number): readonly Change[] {
  if (unstable?.state !== 'unstable') return [];
  const isSteady = nowMs - (outage?.recoveredMs ?? nowMs) >= steadyMs;
  if (!isSteady || !hasRoomFor('stable', messagesMs, nowMs)) return [];
  return [{ kind: 'end-unstable', unstableId: unstable.id }];
}

function changesWhileOpen(
  { outage, unstable, messagesMs }: OutageMemory,
  settings: OutageSettings,
  nowMs: number,
): readonly Change[] {
  if (outage === null) return [];
  const openForMs = nowMs - outage.openedMs;
  const changes: Change[] = [];
  const hasRoom = hasRoomFor('down', messagesMs, nowMs);
  const number = settings.reminderMs > 0 ? Math.floor(openForMs / settings.reminderMs) : 0;
  if (!outage.told) {
    const isForGood = openForMs > steadyMs || unstable?.state !== 'unstable';
    if (isForGood && hasRoomFor('down for good', messagesMs, nowMs)) {
      changes.push({ kind: 'tell-down', outageId: outage.id });
    }
  } else if (outage.acknowledged === null && number > outage.reminders && hasRoom) {
    changes.push({ kind: 'remind', outageId: outage.id, number });
  }
  if (outage.acknowledged !== null && !outage.acknowledged.told && hasRoom && changes.length === 0) {
    changes.push({ kind: 'tell-acknowledged', outageId: outage.id, by: outage.acknowledged.by });
  }
  if (settings.autoRestartMs > 0 && openForMs >= settings.autoRestartMs && !outage.restarted) {
    changes.push({ kind: 'restart', outageId: outage.id });
  }
  return changes;
}
