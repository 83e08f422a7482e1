/**
 * What people and their tools read and do: the state at one moment, acknowledgement and snooze. Apart from the monitor's
 * store, so that the ops function does not carry the monitor's scripts.
 *
 * Tested by: test/adapters/redis/outage/unstable.test.ts
 */
import type { BotObservation, OutageControl } from '../../../core/monitor/outage-store.ts';
import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptRunner } from '../lua-scripts.ts';
import { unexpected } from '../script-replies.ts';
import { readObservation } from './read-observation.ts';
import { withoutBars } from './stored-values.ts';

const scripts = {
  observe: luaScript('outage/observe-bot-8'),
  acknowledge: luaScript('outage/acknowledge-outage-2'),
  snooze: luaScript('outage/snooze-alerts-2'),
};

const auditMax = String(auditEntriesMax);

/** `botId`: the bot whose heartbeat counts; undefined: any bot's. */
export function redisOutageControl(runner: ScriptRunner, keys: StoreKeys, botId?: string): OutageControl {
  const { outage, snooze, audit } = keys;
  return {
    async observe(): Promise<BotObservation> {
      return readObservation(await runner.run(scripts.observe, observedKeys(keys), []), botId);
    },

    async acknowledge(id, { who, why }) {
      const reply = await runner.run(scripts.acknowledge, [outage, audit], [id, who, why, auditMax]);
      if (reply === null) return undefined;
      if (!Array.isArray(reply) || reply.length !== 2) throw unexpected(reply);
      return { by: String(reply[1]), isNew: reply[0] === '1' };
    },

    async snooze(requestId, forMs, { who, why }): Promise<number | null> {
      const args = [requestId, String(forMs), withoutBars(who), why, auditMax];
      const untilMs = Number(await runner.run(scripts.snooze, [snooze, audit], args));
      return untilMs === 0 ? null : untilMs;
    },
  };
}

/** What an observation is made of, in the order of its scripts. */
export function observedKeys(keys: StoreKeys): readonly string[] {
  const { lock, lockRevoked, epoch, heartbeat, alertSent, outage, deliveries, snooze } = keys;
  return [lock, lockRevoked, epoch, heartbeat, alertSent, outage, deliveries, snooze];
}
