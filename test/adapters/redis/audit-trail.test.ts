import { beforeEach, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import type { AuditTrail } from '../../../services/core/platform/audit-trail.ts';
import { auditEntriesMax, storeKeys } from '../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../support/redis-backends.ts';

describeOnEachStore('the audit trail', (store) => {
  const keys = storeKeys('p:');
  let trail: AuditTrail;
  beforeEach(() => {
    trail = redisAuditTrail({ command: (args) => store().command(...args) }, keys);
  });
  const entry = (why: string) =>
    ({ event: 'dropped', who: 'анна', why, before: '3 pending', after: '' }) as const;

  it('returns entries unchanged, newest first', async () => {
    await trail.append(entry('first'));
    await trail.append(entry('second "quoted"\nline'));
    const entries = await trail.latest(5);
    expect(entries).toEqual([
      { id: expect.stringMatching(/^\d+-\d+$/), ...entry('second "quoted"\nline') },
      { id: expect.any(String), ...entry('first') },
    ]);
    expect(await trail.latest(1)).toHaveLength(1);
  });

  it('keeps a limited number of entries', async () => {
    for (let i = 0; i < auditEntriesMax + 5; i += 1) await trail.append(entry(String(i)));
    expect(await store().command('XLEN', keys.audit)).toBe(auditEntriesMax);
  });
});
