/** The audit stream in Redis, for events that no script records itself. */
import type { AuditTrail, StoredAuditEntry } from '../../core/platform/audit-trail.ts';
import { cutText } from '../../core/platform/foreign-text.ts';
import { auditEntriesMax, type StoreKeys } from '../../core/platform/store-keys.ts';
import type { CommandRunner } from './inbox/inbox-store.ts';
import type { ScriptReply } from './lua-scripts.ts';

/** As in the include `audit`. */
const fieldMax = 4000;

export function redisAuditTrail(store: CommandRunner, keys: StoreKeys): AuditTrail {
  return {
    async append({ event, who, why, before, after }) {
      const entry = { event, who, why, before, after };
      const fields = Object.entries(entry).flatMap(([name, text]) => [name, cutText(text, fieldMax)]);
      await store.command(['XADD', keys.audit, 'MAXLEN', String(auditEntriesMax), '*', ...fields]);
    },

    async latest(count) {
      const reply = await store.command(['XREVRANGE', keys.audit, '+', '-', 'COUNT', String(count)]);
      return Array.isArray(reply) ? reply.map(readAuditEntry) : [];
    },
  };
}

function readAuditEntry(reply: ScriptReply): StoredAuditEntry {
  const [id, flat] = Array.isArray(reply) ? reply : [];
  const fields = new Map<string, string>();
  if (Array.isArray(flat)) {
    for (let i = 0; i + 1 < flat.length; i += 2) fields.set(String(flat[i]), String(flat[i + 1]));
  }
  const field = (name: string): string => fields.get(name) ?? '';
  return {
    id: String(id ?? ''),
    event: field('event'),
    who: field('who'),
    why: field('why'),
    before: field('before'),
    after: field('after'),
  };
}
