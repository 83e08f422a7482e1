/** The monitor's store in Redis: maps the outage's scripts to the port of `core/monitor`. */

import type { Claim, DeliveryOutcome } from '../../../core/alerts/delivery-store.ts';
import { claimMs } from '../../../core/alerts/delivery-store.ts';
import type { Recipient } from '../../../core/alerts/recipients.ts';
import { deadLetterIdsMax } from '../../../core/alerts/unreported-dead-letters.ts';
import type { HeartbeatReading } from '../../../core/lease/heartbeat.ts';
import type { ChangeResult, OutageStore } from '../../../core/monitor/outage-store.ts';
import { automaticActors, linkActor } from '../../../core/platform/actors.ts';
import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import { isOne, unexpected } from '../script-replies.ts';
import { observedKeys, redisOutageControl } from './outage-control.ts';
import { readClaim } from './read-claim.ts';
import { readObservation } from './read-observation.ts';
import { withoutBars } from './stored-values.ts';
import { changeReportedKey, raiseWarning } from './warning-store.ts';

const scripts = {
  watch: luaScript('outage/watch-bot-10'),
  markQueue: luaScript('outage/mark-queue-1'),
  markHeartbeat: luaScript('outage/mark-heartbeat-2'),
  open: luaScript('outage/open-outage-5'),
  recover: luaScript('outage/recover-outage-5'),
  extend: luaScript('outage/extend-outage-2'),
  endUnstable: luaScript('outage/end-unstable-2'),
  reachable: luaScript('outage/note-reachable-1'),
  claim: luaScript('outage/claim-delivery-3'),
  settle: luaScript('outage/settle-delivery-2'),
};

const auditMax = String(auditEntriesMax);

/** `botId`: the bot whose heartbeat counts; undefined: any bot's. */
export function redisOutageStore(runner: ScriptRunner, keys: StoreKeys, botId?: string): OutageStore {
  const { heartbeat, alertSent, outage, deliveries, snooze, audit, dead } = keys;
  const control = redisOutageControl(runner, keys, botId);

  async function extend(id: string, ...args: readonly string[]): Promise<boolean> {
    return (await runner.run(scripts.extend, [outage, deliveries], [id, ...args])) !== -1;
  }

  return {
    ...control,

    async observe({ noteRun }) {
      if (!noteRun) return control.observe({ noteRun });
      const args = [String(deadLetterIdsMax), automaticActors.monitor, linkActor('')];
      return readObservation(
        await runner.run(scripts.watch, [...observedKeys(keys), dead, audit], args),
        botId,
      );
    },

    async markQueue(trouble) {
      await runner.run(scripts.markQueue, [outage], [trouble ?? '']);
    },

    async markHeartbeat(reading, malformed): Promise<ChangeResult> {
      const args = [expectedHeartbeat(reading), malformed ? '1' : '0'];
      return readChangeResult(await runner.run(scripts.markHeartbeat, [heartbeat, outage], args));
    },

    async open(reading, { id, afterId, sinceMs, opening, unstableId, recipients, why }) {
      const to = recipients.map(fieldPart);
      const isUnstable = opening.tell === 'unstable';
      const args = [
        expectedHeartbeat(reading),
        id,
        String(Math.floor(sinceMs)),
        automaticActors.monitor,
        why,
        auditMax,
        afterId ?? '',
        opening.tell === 'nothing' ? '' : opening.tell,
        isUnstable ? unstableId : '',
        isUnstable ? String(Math.floor(opening.unstableSinceMs)) : '',
        isUnstable ? String(opening.outages) : '',
        ...to,
      ];
      const reply = await runner.run(scripts.open, [heartbeat, alertSent, outage, deliveries, audit], args);
      return readChangeResult(reply);
    },

    async recover(reading, { id, why }): Promise<ChangeResult> {
      const args = [expectedHeartbeat(reading), id, automaticActors.monitor, why, auditMax];
      const written = [heartbeat, alertSent, outage, deliveries, audit];
      return readChangeResult(await runner.run(scripts.recover, written, args));
    },

    remind: (id, number) => extend(id, 'reminder', String(number), `reminder-${number}`, ''),
    tellDown: (id, recipients) => extend(id, 'told', '1', 'down', '', ...recipients.map(fieldPart)),
    tellAcknowledged: (id, except = '') => extend(id, 'acknowledged_told', '1', 'acknowledged', except),
    planRestart: (id) => extend(id, 'restart', '1', 'restart', '', 'RESTART|ecs'),

    async endUnstable(id): Promise<boolean> {
      return isOne(await runner.run(scripts.endUnstable, [outage, deliveries], [id]));
    },

    async markReachable(telegramId): Promise<void> {
      await runner.run(scripts.reachable, [outage], [telegramId]);
    },

    raise: (warning, recipients) => raiseWarning(runner, keys, { warning, recipients }),
    markReported: (change) => changeReportedKey(runner, keys, change),

    async claim(runId, token): Promise<Claim | undefined> {
      for (let foreignValues = 0; ; foreignValues += 1) {
        // A settled token claims nothing more, so each attempt has a token of its own.
        const claimToken = foreignValues === 0 ? token : `${token}-${foreignValues}`;
        const reply = await runner.run(
          scripts.claim,
          [outage, deliveries, snooze],
          [claimToken, runId, String(claimMs)],
        );
        if (reply === null) return undefined;
        if (!Array.isArray(reply) || reply.length !== 13) throw unexpected(reply);
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
      return ['sent', '0', '0', '', '0'];
    case 'retry':
      return [
        'later',
        String(Math.ceil(outcome.delayMs)),
        outcome.mayHaveArrived ? '1' : '0',
        withoutBars(outcome.why),
        '0',
      ];
    case 'dead':
      return ['dead', '0', '0', withoutBars(outcome.why), outcome.unreachable === true ? '1' : '0'];
  }
}

function fieldPart({ channel, address }: Recipient): string {
  return `${channel}|${address}`;
}

function readChangeResult(reply: ScriptReply): ChangeResult {
  return isOne(reply) ? 'done' : 'conflict';
}
