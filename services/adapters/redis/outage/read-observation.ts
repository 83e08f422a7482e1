/**
 * Reads what the scripts answer about the bot. Another program may have written any of it.
 *
 * Tested by: test/adapters/redis/outage/outage-store.test.ts
 */

import { type DeadLettersSeen, noDeadLetters } from '../../../core/alerts/unreported-dead-letters.ts';
import type { ManualActions, PersonsDoings } from '../../../core/alerts/warning-detector.ts';
import { heartbeatFor, readHeartbeat } from '../../../core/lease/heartbeat.ts';
import type { BotObservation, Snooze } from '../../../core/monitor/outage-store.ts';
import type { Acknowledgement, Outage, OutageMemory, UnstableTime } from '../../../core/outage/outage.ts';
import { type QueueTroubleMark, queueTroubles } from '../../../core/outage/queue-trouble.ts';
import type { ScriptReply } from '../lua-scripts.ts';
import { unexpected } from '../script-replies.ts';
import { readHandlersReport } from './handlers-reports.ts';
import { numberOrNull, pastOrNull, textOrNull } from './stored-values.ts';
import { reportedWarnings } from './warning-store.ts';

export function readObservation(reply: ScriptReply, botId: string | undefined): BotObservation {
  if (!Array.isArray(reply) || (reply.length !== 11 && reply.length !== 22)) throw unexpected(reply);
  const [time, beat, lock, ttlMs, revoked, epoch, flag, fields, unfinished, oldestMs, snooze, ...watched] =
    reply;
  const [deadCount, deadIds, ...doings] = watched;
  const nowMs = Number(time);
  const hash = readFields(fields);
  const value = textOrNull(lock);
  const oldest = Number(oldestMs);
  return {
    nowMs,
    heartbeat: heartbeatFor(botId, readHeartbeat(textOrNull(beat))),
    held: value === null ? undefined : { value, ttlMs: Number(ttlMs) < 0 ? null : Number(ttlMs) },
    revoked: textOrNull(revoked),
    epoch: numberOrNull(textOrNull(epoch) ?? undefined),
    memory: readMemory(hash, textOrNull(flag), nowMs),
    handlers: readHandlersReport(hash.get('handlers')),
    queueTrouble: readQueueTrouble(hash.get('queue_trouble'), nowMs),
    unfinishedDeliveries: Number(unfinished),
    oldestUnfinishedMs: oldest === 0 ? null : oldest,
    snooze: readSnooze(textOrNull(snooze), nowMs),
    unreachable: unreachableOf(hash),
    reported: reportedWarnings(hash),
    deadLetters: deadCount === undefined ? noDeadLetters : readDeadLetters(deadCount, deadIds),
    lockBreaks: readDoings(doings.slice(0, 4)),
    manualActions: readManualActions(doings.slice(4)),
  };
}

function readDeadLetters(count: ScriptReply, ids: ScriptReply | undefined): DeadLettersSeen {
  if (ids !== null && !Array.isArray(ids)) throw unexpected(ids ?? null);
  return { count: Number(count), ids: ids?.map(String) };
}

function readManualActions([event, ...doings]: readonly ScriptReply[]): ManualActions | undefined {
  const read = readDoings(doings);
  return read === undefined ? undefined : { event: String(event), ...read };
}

function readDoings(reply: readonly ScriptReply[]): PersonsDoings | undefined {
  const [count, id, who, why] = reply;
  if (!count) return undefined;
  return { count: Number(count), id: String(id), who: String(who), why: String(why) };
}

function readFields(fields: ScriptReply | undefined): ReadonlyMap<string, string> {
  const hash = new Map<string, string>();
  if (!Array.isArray(fields)) throw unexpected(fields ?? null);
  for (let i = 0; i + 1 < fields.length; i += 2) hash.set(String(fields[i]), String(fields[i + 1]));
  return hash;
}

function readMemory(
  hash: ReadonlyMap<string, string>,
  alertFlag: string | null,
  nowMs: number,
): OutageMemory {
  return {
    firstRunMs: pastOrNull(hash.get('first_run_ms'), nowMs),
    malformedSinceMs: pastOrNull(hash.get('malformed_since_ms'), nowMs),
    alertFlag,
    outage: readOutage(hash, nowMs),
    unstable: readUnstable(hash, nowMs),
    messagesMs: (hash.get('messages') ?? '').split(' ').flatMap((text) => pastOrNull(text, nowMs) ?? []),
  };
}

/** Reads invalid or future timestamps as now, so that nothing is due too early. Another program wrote them. */
function readOutage(hash: ReadonlyMap<string, string>, nowMs: number): Outage | null {
  const id = hash.get('id');
  if (id === undefined) return null;
  return {
    id,
    state: hash.get('state') === 'open' ? 'open' : 'recovered',
    sinceMs: pastOrNull(hash.get('since_ms'), nowMs) ?? nowMs,
    openedMs: pastOrNull(hash.get('opened_ms'), nowMs) ?? nowMs,
    recoveredMs: pastOrNull(hash.get('recovered_ms'), nowMs),
    reminders: numberOrNull(hash.get('reminder')) ?? 0,
    restarted: hash.has('restart'),
    // An outage that an earlier version opened was told.
    told: hash.get('told') !== '0',
    acknowledged: readAcknowledgement(hash),
  };
}

function readAcknowledgement(hash: ReadonlyMap<string, string>): Acknowledgement | null {
  const by = hash.get('acknowledged');
  return by === undefined ? null : { by, told: hash.has('acknowledged_told') };
}

function readUnstable(hash: ReadonlyMap<string, string>, nowMs: number): UnstableTime | null {
  const id = hash.get('unstable_id');
  if (id === undefined) return null;
  return {
    id,
    state: hash.get('unstable_state') === 'unstable' ? 'unstable' : 'stable',
    sinceMs: pastOrNull(hash.get('unstable_since_ms'), nowMs) ?? nowMs,
    outages: numberOrNull(hash.get('unstable_outages')) ?? 1,
  };
}

function readQueueTrouble(field: string | undefined, nowMs: number): QueueTroubleMark | undefined {
  const [name, since] = field?.split('|') ?? [];
  const trouble = queueTroubles.find((known) => known === name);
  return trouble && { trouble, sinceMs: pastOrNull(since, nowMs) ?? nowMs };
}

const unreachableField = /^unreachable:([1-9]\d{0,15})$/;

function unreachableOf(hash: ReadonlyMap<string, string>): readonly string[] {
  return [...hash.keys()].flatMap((name) => unreachableField.exec(name)?.[1] ?? []).sort();
}

/** A value of another form was set by hand: it snoozes, and its key alone says until when. */
function readSnooze(value: string | null, nowMs: number): Snooze | null {
  if (value === null) return null;
  const [, untilMs, who = '', why = ''] = /^(\d{1,16})\|[^|]*\|([^|]*)\|(.*)$/s.exec(value) ?? [];
  return { untilMs: untilMs === undefined ? nowMs : Number(untilMs), who, why };
}
