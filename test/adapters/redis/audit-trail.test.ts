import { beforeEach, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../services/adapters/redis/audit-trail.ts';
import { redisLockOverride } from '../../../services/adapters/redis/lease/lock-override.ts';
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

  it('cuts a text of any size between characters, whoever records it', async () => {
    const long = `x${'🔥'.repeat(100_000)}`;
    await trail.append(entry(long));
    const lock = redisLockOverride({ run: (script, ...args) => store().run(script, ...args) }, keys);
    await store().command('SET', keys.lock, long);
    await lock.break(long, { who: 'анна', why: 'x' });
    const [broken, appended] = await trail.latest(2);
    for (const text of [broken?.before, appended?.why]) {
      expect(text).toMatch(/^x🔥{900,2000}…$/u);
    }
  });

  it('keeps a limited number of entries', async () => {
    for (let i = 0; i < auditEntriesMax + 5; i += 1) await trail.append(entry(String(i)));
    expect(await store().command('XLEN', keys.audit)).toBe(auditEntriesMax);
  });
});
