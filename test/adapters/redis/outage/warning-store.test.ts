import { describe, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../../services/adapters/redis/audit-trail.ts';
import { redisWarningStore } from '../../../../services/adapters/redis/outage/warning-store.ts';
import { deadLetterIdsMax } from '../../../../services/core/alerts/unreported-dead-letters.ts';
import { throttleRules, type Warning } from '../../../../services/core/alerts/warnings.ts';
import type { AuditEvent } from '../../../../services/core/platform/audit-trail.ts';
import {
  dead,
  describeOutageScripts,
  names,
  type OutageFixture,
  outageKeys,
  recipients,
  sent,
} from '../../../support/outage-fixture.ts';

const rogue: Warning = { kind: 'another-poller', key: '', params: { host: 'h | "1"\n' } };
const broken = (key: string): Warning => ({ kind: 'lock-broken', key, params: { who: 'анна', count: 1 } });

/** Ages the last warning by this much: a test cannot move a real server's clock. */
async function makeOlder(fixture: OutageFixture, kind: string, byMs: number): Promise<void> {
  const field = `notice:${kind}`;
  const [raisedMs, key] = String(await fixture.store.command('HGET', outageKeys.outage, field)).split('|');
  await fixture.store.command('HSET', outageKeys.outage, field, `${Number(raisedMs) - byMs}|${key}`);
}

describeOutageScripts('warnings', (fixture) => {
  const raise = (warning: Warning) => fixture().outages.raise(warning, recipients);
  const claimed = async (run = 'run-1') => names(await fixture().claimAll(run));
  const everyone = ['notice IN_APP', 'notice SNS', 'notice TELEGRAM'];

  describe('raising', () => {
    it('makes one delivery with the warning for each recipient', async () => {
      await raise(rogue);
      const claims = await fixture().claimAll();
      expect(names(claims)).toEqual(everyone);
      for (const { warning, outageId, possibleRepeat, attempt } of claims) {
        expect(warning).toEqual({ kind: 'another-poller', params: rogue.params });
        expect(outageId).toMatch(/^another-poller-\d{13}$/);
        expect({ possibleRepeat, attempt }).toEqual({ possibleRepeat: false, attempt: 1 });
      }
    });

    it('keeps the warning through failures and abandoned claims', async () => {
      await fixture().outages.raise(rogue, recipients.slice(0, 1));
      await fixture().mustClaim('run-1');
      await fixture().endClaims();
      const second = await fixture().mustClaim('run-2');
      expect(second).toMatchObject({ possibleRepeat: true, warning: { params: rogue.params } });
      const why = { kind: 'retry', delayMs: 0, mayHaveArrived: false, why: 'a | b' } as const;
      await fixture().outages.settle(second, why);
      expect(await fixture().mustClaim('run-3')).toMatchObject({ warning: { params: rogue.params } });
    });

    it('is refused for half an hour from any process, then allowed', async () => {
      await raise(rogue);
      expect(await raise({ ...rogue, key: 'another' })).toBe(false);
      await makeOlder(fixture(), 'another-poller', throttleRules['another-poller'].quietMs - 5000);
      expect(await raise(rogue)).toBe(false);
      await makeOlder(fixture(), 'another-poller', 5000);
      await fixture().store.elapse(1);
      await raise(rogue);
      expect(await claimed()).toHaveLength(6);
    });

    it('is refused for the same key after any time, if the kind’s rule says so', async () => {
      await raise(broken('5-0'));
      await makeOlder(fixture(), 'lock-broken', 86_400_000);
      expect(await raise(broken('5-0'))).toBe(false);
      await fixture().store.elapse(1);
      await raise(broken('5-1'));
      expect((await fixture().outages.observe({ noteRun: false })).reported['lock-broken']?.key).toBe('5-1');
    });

    it('ignores a last warning in the future', async () => {
      await fixture().store.command('HSET', outageKeys.outage, 'notice:another-poller', '9999999999999999|x');
      await raise(rogue);
      expect(await claimed()).toEqual(everyone);
    });

    it('does not block another kind', async () => {
      await raise(rogue);
      await raise(broken('5-0'));
      expect(await claimed()).toHaveLength(6);
    });

    it('succeeds for one of ten simultaneous calls', async () => {
      await Promise.all(Array.from({ length: 10 }, () => raise(rogue)));
      expect(await claimed()).toEqual(everyone);
    });

    it('drops finished deliveries of earlier warnings and keeps unfinished ones', async () => {
      await raise(rogue);
      const [first, second] = await fixture().claimAll();
      if (first === undefined || second === undefined) throw new Error('three were due');
      await fixture().outages.settle(first, sent);
      await fixture().outages.settle(second, dead);
      await makeOlder(fixture(), 'another-poller', throttleRules['another-poller'].quietMs);
      await fixture().store.elapse(1);
      const before = await fixture().store.command('HLEN', outageKeys.deliveries);
      await raise(rogue);
      expect(before).toBe(3);
      expect(await fixture().store.command('HLEN', outageKeys.deliveries)).toBeLessThanOrEqual(4);
    });

    it('survives an outage that opens and closes', async () => {
      await raise(rogue);
      await fixture().open();
      await fixture().recover();
      expect(await claimed()).toEqual(everyone);
    });

    it('by the worker reaches every superadmin and the topic', async () => {
      const notices = redisWarningStore(fixture().store, outageKeys, { superadminIds: ['7', '8'] });
      expect(await notices.raise(rogue)).toBe(true);
      expect(await notices.raise(rogue)).toBe(false);
      const claims = await fixture().claimAll();
      expect(claims.map(({ recipient }) => `${recipient.channel} ${recipient.address}`).sort()).toEqual([
        'IN_APP 7',
        'IN_APP 8',
        'SNS topic',
        'TELEGRAM 7',
        'TELEGRAM 8',
      ]);
    });
  });

  describe('changing the reported key', () => {
    it('changes the reported key, if it is still the expected one', async () => {
      await raise({ kind: 'dead-letters', key: '5', params: { count: 5, total: 5 } });
      const note = (expectedKey: string) =>
        fixture().outages.markReported({ of: 'dead-letters', expectedKey, key: '2' });
      expect(await note('4')).toBe(false);
      await note('5');
      const { reported } = await fixture().outages.observe({ noteRun: false });
      expect(reported['dead-letters']?.key).toBe('2');
    });
  });

  describe('looking', () => {
    const breakLock = (who: string, why = 'it hung', event: AuditEvent = 'broken') => {
      const trail = redisAuditTrail({ command: (args) => fixture().store.command(...args) }, outageKeys);
      return trail.append({ event, who, why, before: 'x', after: '' });
    };
    /** Advances to the next millisecond: a real server's clock does so by itself, the embedded store's by the test. */
    const pass = async () => {
      const startMs = await fixture().store.nowMs();
      while ((await fixture().store.nowMs()) <= startMs) await fixture().store.elapse(1);
    };
    const look = () => fixture().outages.observe({ noteRun: true });

    it('returns the dead letters’ ids, or only their number if there are too many', async () => {
      await fixture().store.command('HSET', outageKeys.dead, '1', 'a', '2', 'b');
      const { deadLetters } = await look();
      expect({ ...deadLetters, ids: deadLetters.ids?.toSorted() }).toEqual({ count: 2, ids: ['1', '2'] });
      const more = Array.from({ length: deadLetterIdsMax - 2 }, (_, index) => [
        String(index + 3),
        'x',
      ]).flat();
      await fixture().store.command('HSET', outageKeys.dead, ...more);
      expect((await look()).deadLetters.ids).toHaveLength(deadLetterIdsMax);
      await fixture().store.command('HSET', outageKeys.dead, '0', 'x');
      expect((await look()).deadLetters).toEqual({ count: deadLetterIdsMax + 1, ids: undefined });
    });

    it('returns unreported breaks by people since the first run', async () => {
      await breakLock('before the first run');
      await pass();
      await look();
      expect((await look()).lockBreaks).toBeUndefined();
      await breakLock('анна');
      await breakLock('ecs', 'its task stopped', 'task-stopped');
      await breakLock('борис', 'again');
      const { lockBreaks } = await look();
      expect(lockBreaks).toEqual({
        count: 2,
        id: expect.stringMatching(/^\d+-\d+$/),
        who: 'борис',
        why: 'again',
      });
      await raise(broken(lockBreaks?.id ?? ''));
      expect((await look()).lockBreaks).toBeUndefined();
    });
  });
});
