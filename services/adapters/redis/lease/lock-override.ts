/**
 * The polling lock in Redis as ops use it, for whichever bot holds it.
 *
 * Tested by: test/adapters/redis/lease/lock-store.test.ts
 */
import type { Held, LockOverride } from '../../../core/lease/lock-store.ts';
import type { AuditEvent, Reason } from '../../../core/platform/audit-trail.ts';
import { auditEntriesMax, type StoreKeys } from '../../../core/platform/store-keys.ts';
import { luaScript, type ScriptReply, type ScriptRunner } from '../lua-scripts.ts';
import { isOne, unexpected } from '../script-replies.ts';

const scripts = {
  revoke: luaScript('lease/revoke-polling-lock-3'),
  break: luaScript('lease/break-polling-lock-3'),
  read: luaScript('lease/read-polling-lock-1'),
};

const auditMax = String(auditEntriesMax);

export function redisLockOverride(runner: ScriptRunner, keys: StoreKeys): LockOverride {
  const { lock, lockRevoked, audit, wakeChannel } = keys;

  return {
    async read(): Promise<Held | undefined> {
      const reply = await runner.run(scripts.read, [lock], []);
      return reply === null ? undefined : readHeld(reply, 0);
    },

    async revoke(value: string, { who, why }: Reason): Promise<boolean> {
      const args = [value, wakeChannel, who, why, auditMax];
      return isOne(await runner.run(scripts.revoke, [lock, lockRevoked, audit], args));
    },

    async break(value: string, { who, why }: Reason, event: AuditEvent = 'broken'): Promise<boolean> {
      const args = [value, wakeChannel, who, why, auditMax, event];
      return isOne(await runner.run(scripts.break, [lock, lockRevoked, audit], args));
    },
  };
}

/** The holder in a script's reply, from this place on. */
export function readHeld(reply: ScriptReply, at: number): Held {
  const [value, ttlMs] = Array.isArray(reply) ? reply.slice(at) : [];
  if (typeof value !== 'string' || typeof ttlMs !== 'number') throw unexpected(reply);
  return { value, ttlMs: ttlMs < 0 ? null : ttlMs };
}
