/**
 * The polling lock in Redis as the workers of one bot use it.
 *
 * Checks the shape of every reply: an unexpected one is an error, never a lock.
 */

import { heartbeatKeptMs } from '../../../core/lease/heartbeat.ts';
import type { AcquireReply, HandOff, PollingLockStore, RenewReply } from '../../../core/lease/lock-store.ts';
import { describeHolder, lockValue, quarantineOwner } from '../../../core/lease/lock-value.ts';
import { type AuditEvent, neverPolledNote } from '../../../core/platform/audit-trail.ts';
import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import { isOne, unexpected } from '../script-replies.ts';
import { readHeld } from './lock-override.ts';

const scripts = {
  acquire: luaScript('lease/acquire-polling-lock-8'),
  renew: luaScript('lease/renew-polling-lock-5'),
  release: luaScript('lease/release-polling-lock-3'),
};

const quarantineValue = lockValue({
  host: 'quarantine',
  pid: 0,
  env: 'any',
  ts: new Date(0).toISOString(),
  owner: quarantineOwner,
});

/** Event and reason in the audit stream, by how a term hands over. `open-journal` reads them. */
const releaseNotes: Readonly<Record<HandOff, readonly [event: AuditEvent, why: string]>> = {
  clean: ['released', 'the holder stopped'],
  dirty: ['lost', 'the term ended before everything it had fetched was confirmed'],
  unchanged: ['released', neverPolledNote],
};

const auditMax = String(auditEntriesMax);

export function redisLockStore(runner: ScriptRunner, keys: StoreKeys, botId: string): PollingLockStore {
  const { lock, lockRevoked, epoch, heartbeat, journal, dead, audit, bot, wakeChannel } = keys;
  return {
    async acquire(value, ttlMs): Promise<AcquireReply> {
      const used = [lock, lockRevoked, epoch, audit, bot, journal, dead, heartbeat];
      const args = [value, String(ttlMs), quarantineValue, describeHolder(value), auditMax, botId];
      return readAcquireReply(await runner.run(scripts.acquire, used, args), botId);
    },

    async renew(value, ttlMs, payload): Promise<RenewReply> {
      const finished = (payload.finishedUpdateIds ?? []).map(String);
      const heartbeatArgs = [payload.heartbeat ?? '', String(heartbeatKeptMs)];
      const pollError = payload.pollError === undefined ? '' : JSON.stringify(payload.pollError);
      const args = [value, String(ttlMs), ...heartbeatArgs, botId, pollError, ...finished];
      const used = [lock, lockRevoked, heartbeat, journal, bot];
      return readRenewReply(await runner.run(scripts.renew, used, args));
    },

    async release(value, handOff): Promise<boolean> {
      const args = [value, wakeChannel, describeHolder(value), auditMax, ...releaseNotes[handOff]];
      return isOne(await runner.run(scripts.release, [lock, lockRevoked, audit], args));
    },
  };
}

function readAcquireReply(reply: ScriptReply, botId: string): AcquireReply {
  if (!Array.isArray(reply)) throw unexpected(reply);
  const [code, first, second] = reply;
  if (code === 1 && typeof first === 'number') {
    return { kind: 'acquired', epoch: first, storeTimeMs: Number(second) };
  }
  if (code === 0) return { kind: 'held', held: readHeld(reply, 1) };
  if (code === 2) return { kind: 'quarantined', held: readHeld(reply, 1) };
  if (code === 3 && typeof first === 'string') return { kind: 'other bot', botId, storeBotId: first };
  throw unexpected(reply);
}

function readRenewReply(reply: ScriptReply): RenewReply {
  if (!Array.isArray(reply)) throw unexpected(reply);
  if (reply[0] === 1) return { kind: 'renewed', storeTimeMs: Number(reply[1]) };
  if (reply[0] === 2) return { kind: 'revoked', storeTimeMs: Number(reply[1]) };
  if (reply[0] === 0) return { kind: 'lost' };
  throw unexpected(reply);
}
