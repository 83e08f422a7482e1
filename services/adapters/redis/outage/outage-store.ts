/** The monitor's store in Redis: maps the outage's scripts to the port of `core/monitor`. */

import type { Claim, DeliveryOutcome } from '../../../core/alerts/delivery-store.ts';
import { claimMs } from '../../../core/alerts/delivery-store.ts';
import type { DeliveryEvent } from '../../../core/alerts/recipients.ts';
import { channels } from '../../../core/alerts/recipients.ts';
import {
  type DeadLettersSeen,
  deadLetterIdsMax,
  noDeadLetters,
} from '../../../core/alerts/unreported-dead-letters.ts';
import type { LockBreaks } from '../../../core/alerts/warning-detector.ts';
import { readWarning } from '../../../core/alerts/warnings.ts';
import { type HeartbeatReading, heartbeatFor, readHeartbeat } from '../../../core/lease/heartbeat.ts';
import type { BotObservation, ChangeResult, OutageStore } from '../../../core/monitor/outage-store.ts';
import type { Outage, OutageMemory } from '../../../core/outage/outage.ts';
import { automaticActors } from '../../../core/platform/actors.ts';
import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import { isOne, unexpected } from '../script-replies.ts';
import { readHandlersReport } from './handlers-reports.ts';
import { changeReportedKey, raiseWarning, reportedWarnings } from './warning-store.ts';

const scripts = {
  observe: luaScript('outage/observe-bot-7'),
  watch: luaScript('outage/watch-bot-9'),
  markHeartbeat: luaScript('outage/mark-heartbeat-2'),
  open: luaScript('outage/open-outage-5'),
  recover: luaScript('outage/recover-outage-5'),
  extend: luaScript('outage/extend-outage-2'),
  claim: luaScript('outage/claim-delivery-2'),
  settle: luaScript('outage/settle-delivery-2'),
};

const auditMax = String(auditEntriesMax);

/** `botId`: the bot whose heartbeat counts; undefined: any bot's. */
export function redisOutageStore(runner: ScriptRunner, keys: StoreKeys, botId?: string): OutageStore {
  const { lock, lockRevoked, epoch, heartbeat, alertSent, outage, deliveries, audit, dead } = keys;

  async function extend(id: string, ...args: readonly string[]): Promise<boolean> {
    return (await runner.run(scripts.extend, [outage, deliveries], [id, ...args])) !== -1;
  }

  return {
    async observe({ noteRun }): Promise<BotObservation> {
      const observed = [lock, lockRevoked, epoch, heartbeat, alertSent, outage, deliveries];
      if (!noteRun) return readObservation(await runner.run(scripts.observe, observed, []), botId);
      const args = [String(deadLetterIdsMax)];
      return readObservation(await runner.run(scripts.watch, [...observed, dead, audit], args), botId);
    },

    async markHeartbeat(reading, malformed): Promise<ChangeResult> {
      const args = [expectedHeartbeat(reading), malformed ? '1' : '0'];
      return readChangeResult(await runner.run(scripts.markHeartbeat, [heartbeat, outage], args));
    },

    async open(reading, { id, sinceMs, recipients, why }): Promise<ChangeResult | 'open already'> {
      const to = recipients.map(({ channel, address }) => `${channel}|${address}`);
      const args = [
        expectedHeartbeat(reading),
        id,
        String(Math.floor(sinceMs)),
        automaticActors.monitor,
        why,
        auditMax,
        ...to,
      ];
      const reply = await runner.run(scripts.open, [heartbeat, alertSent, outage, deliveries, audit], args);
      return reply === 2 ? 'open already' : readChangeResult(reply);
    },

    async recover(reading, { id, why }): Promise<ChangeResult> {
      const args = [expectedHeartbeat(reading), id, automaticActors.monitor, why, auditMax];
      const written = [heartbeat, alertSent, outage, deliveries, audit];
      return readChangeResult(await runner.run(scripts.recover, written, args));
    },

    remind: (id, number) => extend(id, 'reminder', String(number), `reminder-${number}`),
    planRestart: (id) => extend(id, 'restart', '1', 'restart', 'RESTART|ecs'),
    raise: (warning, recipients) => raiseWarning(runner, keys, { warning, recipients }),
    markReported: (change) => changeReportedKey(runner, keys, change),

    async claim(runId, token): Promise<Claim | undefined> {
      for (let foreignValues = 0; ; foreignValues += 1) {
        // A settled token claims nothing more, so each attempt has a token of its own.
        const claimToken = foreignValues === 0 ? token : `${token}-${foreignValues}`;
        const reply = await runner.run(
          scripts.claim,
          [outage, deliveries],
          [claimToken, runId, String(claimMs)],
        );
        if (reply === null) return undefined;
        if (!Array.isArray(reply) || reply.length !== 9) throw unexpected(reply);
        const claim = readClaim(reply, claimToken);
        if (claim !== undefined) return claim;
        // Another program wrote this one: give it up, so that it does not hold up the others.
        const args = [
          String(reply[0]),
          claimToken,
          ...settleArguments({ kind: 'dead', why: 'not understood' }),
        ];
        await runner.run(scripts.settle, [outage, deliveries], args);
      }
    },

    async settle(claim, outcome): Promise<boolean> {
      const args = [claim.field, claim.token, ...settleArguments(outcome)];
      return isOne(await runner.run(scripts.settle, [outage, deliveries], args));
    },
  };
}

/** The judged heartbeat as the scripts expect it: an absent one differs from an empty one. */
function expectedHeartbeat(reading: HeartbeatReading): string {
  return reading.kind === 'absent' ? '-' : `=${reading.raw}`;
}

function settleArguments(outcome: DeliveryOutcome): readonly string[] {
  switch (outcome.kind) {
    case 'sent':
      return ['sent', '0', '0', ''];
    case 'retry':
      return [
        'later',
        String(Math.ceil(outcome.delayMs)),
        outcome.mayHaveArrived ? '1' : '0',
        withoutBars(outcome.why),
      ];
    case 'dead':
      return ['dead', '0', '0', withoutBars(outcome.why)];
  }
}

/** A bar separates the parts of a record. */
function withoutBars(text: string): string {
  return text.replaceAll('|', '/');
}

function readChangeResult(reply: ScriptReply): ChangeResult {
  return isOne(reply) ? 'done' : 'conflict';
}

function readObservation(reply: ScriptReply, botId: string | undefined): BotObservation {
  if (!Array.isArray(reply) || (reply.length !== 10 && reply.length !== 16)) throw unexpected(reply);
  const [time, beat, lock, ttlMs, revoked, epoch, flag, fields, unfinished, oldestMs, ...watched] = reply;
  const [deadCount, deadIds, ...breaks] = watched;
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
    unfinishedDeliveries: Number(unfinished),
    oldestUnfinishedMs: oldest === 0 ? null : oldest,
    reported: reportedWarnings(hash),
    deadLetters: deadCount === undefined ? noDeadLetters : readDeadLetters(deadCount, deadIds),
    lockBreaks: readLockBreaks(breaks),
  };
}

function readDeadLetters(count: ScriptReply, ids: ScriptReply | undefined): DeadLettersSeen {
  if (ids !== null && !Array.isArray(ids)) throw unexpected(ids ?? null);
  return { count: Number(count), ids: ids?.map(String) };
}

function readLockBreaks(reply: readonly ScriptReply[]): LockBreaks | undefined {
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
  };
}

/** Undefined for a delivery that another program wrote. */
function readClaim(reply: readonly ScriptReply[], token: string): Claim | undefined {
  const [field = '', attempt, madeMs, repeat, sinceMs, , recoveredMs, time, told = ''] = reply.map(String);
  const [outageId, eventName, channelName, address] = field.split('|');
  const channel = channels.find((known) => known === channelName);
  const event = readEvent(eventName ?? '');
  const warning = event?.event === 'notice' ? readWarning(told) : undefined;
  if (outageId === undefined || address === undefined) return undefined;
  if (channel === undefined || event === undefined) return undefined;
  if (event.event === 'notice' && warning === undefined) return undefined;
  const nowMs = Number(time);
  return {
    field,
    token,
    outageId,
    ...event,
    warning,
    recipient: { channel, address },
    attempt: Number(attempt),
    madeMs: pastOrNull(madeMs, nowMs) ?? nowMs,
    possibleRepeat: repeat === '1',
    sinceMs: pastOrNull(sinceMs, nowMs) ?? nowMs,
    recoveredMs: pastOrNull(recoveredMs, nowMs),
    nowMs,
  };
}

const plainEvents = ['down', 'recovered', 'restart', 'notice'] as const satisfies readonly DeliveryEvent[];

function readEvent(name: string): { event: DeliveryEvent; number: number } | undefined {
  const [, number] = /^reminder-(\d+)$/.exec(name) ?? [];
  if (number !== undefined) return { event: 'reminder', number: Number(number) };
  const plainEvent = plainEvents.find((known) => known === name);
  return plainEvent === undefined ? undefined : { event: plainEvent, number: 0 };
}

function textOrNull(reply: ScriptReply | undefined): string | null {
  return typeof reply === 'string' ? reply : null;
}

/** Null for an invalid or future time; so every time from here can be shown. */
function pastOrNull(text: string | undefined, nowMs: number): number | null {
  const ms = numberOrNull(text);
  return ms === null || ms > nowMs ? null : ms;
}

function numberOrNull(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : null;
}
