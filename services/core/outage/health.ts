/**
 * The verdict on the bot: the one that `status`, the doctor, the status page, `/status` and the lab's banner show.
 *
 * From the worst to the best:
 * - `down`: silent for longer than the monitor waits before it tells people.
 * - `not-polling`: nobody polls now, though the monitor still waits: the lock is free or blocked, or its holder says
 *   that its polls fail, or has missed several heartbeats. A hand-over looks like this for a second or two.
 * - `endangered`: a worker polls, but Telegram rejects the token or has a webhook, so the next poll may fail.
 * - `handlers-absent`: a worker polls into the updates queue, and nobody takes updates from it.
 * - `handlers-failing`: a worker polls, but most updates fail, so people get no answer.
 * - `handlers-behind`: a worker polls, but updates wait in the updates queue for long.
 * - `works`.
 *
 * Does not guarantee: a worker that froze a moment ago is noticed only when its lease ends or its heartbeat is late.
 */
import { pollErrorOf } from '../lease/heartbeat.ts';
import { isQuarantine } from '../lease/lock-value.ts';
import type { HandlersReport } from '../updates/handlers-report.ts';
import { type Cause, type Diagnosis, type DiagnosisFacts, diagnose } from './diagnosis.ts';
import { isOpen, type OutageMemory, type OutageSettings } from './outage.ts';
import { isMalformed, verdictOf } from './outage-detector.ts';
import { type QueueFacts, type QueueTrouble, type QueueTroubleMark, queueTrouble } from './queue-trouble.ts';

export type HealthState = 'works' | 'handlers-failing' | QueueTrouble | 'endangered' | 'not-polling' | 'down';

export interface Health {
  readonly state: HealthState;
  /** Null while the bot works. */
  readonly diagnosis: Diagnosis | null;
  /** Since when, by the store's clock; null if that is unknown, and while the bot works. */
  readonly sinceMs: number | null;
  /** When the superadmins were told; null: not yet. */
  readonly toldMs: number | null;
}

export interface HealthFacts extends Omit<DiagnosisFacts, 'heartbeatMalformed'> {
  readonly nowMs: number;
  readonly memory: OutageMemory;
  /** Of the present term. */
  readonly handlers: HandlersReport | undefined;
  /** Of the updates queue; undefined where handlers run inline. */
  readonly queue: QueueFacts | undefined;
  /** Since when the monitor has found it in trouble. */
  readonly queueTrouble: QueueTroubleMark | undefined;
  /** When the superadmins were last told of a trouble with handlers. */
  readonly toldMs: (trouble: 'handlers-failing' | QueueTrouble) => number | undefined;
}

const works: Health = { state: 'works', diagnosis: null, sinceMs: null, toldMs: null };

export function judgeHealth(facts: HealthFacts, settings: OutageSettings): Health {
  const { heartbeat, memory, nowMs, handlers } = facts;
  const verdict = verdictOf(memory, heartbeat, settings, nowMs);
  const diagnosis = diagnose({ ...facts, heartbeatMalformed: isMalformed(heartbeat, settings, nowMs) });
  const outageToldMs = isOpen(memory) && memory.outage?.told === true ? memory.outage.openedMs : null;
  if (verdict.kind === 'down') {
    return { state: 'down', diagnosis, sinceMs: verdict.sinceMs, toldMs: outageToldMs };
  }
  if (verdict.kind === 'waiting' || !isPolling(facts, settings)) {
    const sinceMs = heartbeat.kind === 'present' ? heartbeat.tsMs : null;
    return { state: 'not-polling', diagnosis, sinceMs, toldMs: outageToldMs };
  }
  if (diagnosis.cause === 'token-rejected' || diagnosis.cause === 'webhook-set') {
    return { state: 'endangered', diagnosis, sinceMs: null, toldMs: null };
  }
  const trouble = queueTrouble(facts.queue, settings.lateMs);
  if (trouble === 'handlers-absent') return inQueueTrouble(trouble, diagnosis, facts);
  if (handlers !== undefined) return failing(handlers, diagnosis, facts.toldMs('handlers-failing'));
  return trouble === 'handlers-behind' ? inQueueTrouble(trouble, diagnosis, facts) : works;
}

/** With a heartbeat that is younger than the limit of an outage, and no word of polls that failed since. */
function isPolling(
  { held, heartbeat, nowMs }: HealthFacts,
  { lateMs }: Pick<OutageSettings, 'lateMs'>,
): boolean {
  if (held === undefined || isQuarantine(held.value)) return false;
  const isFresh = heartbeat.kind === 'present' && nowMs - heartbeat.tsMs <= lateMs;
  return isFresh && pollErrorOf(heartbeat) === null;
}

function inQueueTrouble(state: QueueTrouble, diagnosis: Diagnosis, facts: HealthFacts): Health {
  const mark = facts.queueTrouble;
  const sinceMs = mark?.trouble === state ? mark.sinceMs : null;
  return {
    state,
    diagnosis: { ...diagnosis, cause: state, lastError: null },
    sinceMs,
    toldMs: sinceMs === null ? null : toldSince(sinceMs, facts.toldMs(state)),
  };
}

function failing(handlers: HandlersReport, diagnosis: Diagnosis, toldMs: number | undefined): Health {
  const { sinceMs, lastError } = handlers;
  const cause: Cause = 'handlers-failing';
  return {
    state: 'handlers-failing',
    diagnosis: { ...diagnosis, cause, lastError },
    sinceMs,
    toldMs: toldSince(sinceMs, toldMs),
  };
}

function toldSince(sinceMs: number, toldMs: number | undefined): number | null {
  return toldMs === undefined || toldMs < sinceMs ? null : toldMs;
}
