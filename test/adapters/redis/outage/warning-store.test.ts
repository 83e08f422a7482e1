import { describe, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../../services/adapters/redis/audit-trail.ts';
import { redisWarningStore } from '../../../../services/adapters/redis/outage/warning-store.ts';
import { deadLetterIdsMax } from '../../../../services/core/alerts/unreported-dead-letters.ts';
import { throttleRules, type Warning } from '../../../../services/core/alerts/warnings.ts';
import {
  dead,
  describeOutageScripts,
  names,
  type OutageBench,
  outageKeys,
  recipients,
  sent,
} from '../../../support/outage-fixture.ts';

const rogue: Warning = { kind: 'another-poller', key: '', params: { host: 'h | "1"\n' } };
const broken = (key: string): Warning => ({ kind: 'lock-broken', key, params: { who: 'анна', count: 1 } });

/** As when that much time has passed since the last notice, which a real server's clock does not let us wait for. */
async function makeOlder(bench: OutageBench, kind: string, byMs: number): Promise<void> {
  const field = `notice:${kind}`;
  const [raisedMs, key] = String(await bench.store.command('HGET', outageKeys.outage, field)).split('|');
  await bench.store.command('HSET', outageKeys.outage, field, `${Number(raisedMs) - byMs}|${key}`);
}

describeOutageScripts('notices', (bench) => {
  const raise = (warning: Warning) => bench().outages.raise(warning, recipients);
  const claimed = async (run = 'run-1') => names(await bench().claimAll(run));
  const everyone = ['notice IN_APP', 'notice SNS', 'notice TELEGRAM'];

  describe('raising', () => {
    it('makes one delivery for each recipient, which tells what was raised', async () => {
      await raise(rogue);
      const claims = await bench().claimAll();
      expect(names(claims)).toEqual(everyone);
      for (const { warning, outageId, possibleRepeat, attempt } of claims) {
        expect(warning).toEqual({ kind: 'another-poller', params: rogue.params });
        expect(outageId).toMatch(/^another-poller-\d{13}$/);
        expect({ possibleRepeat, attempt }).toEqual({ possibleRepeat: false, attempt: 1 });
      }
    });

    it('keeps what is told through failures and abandoned claims', async () => {
      await bench().outages.raise(rogue, recipients.slice(0, 1));
      await bench().mustClaim('run-1');
      await bench().endClaims();
      const second = await bench().mustClaim('run-2');
      expect(second).toMatchObject({ possibleRepeat: true, warning: { params: rogue.params } });
      const why = { kind: 'retry', delayMs: 0, mayHaveArrived: false, why: 'a | b' } as const;
      await bench().outages.settle(second, why);
      expect(await bench().mustClaim('run-3')).toMatchObject({ warning: { params: rogue.params } });
    });

    it('is refused for half an hour, whoever asks, and allowed after it', async () => {
      await raise(rogue);
      expect(await raise({ ...rogue, key: 'another' })).toBe(false);
      await makeOlder(bench(), 'another-poller', throttleRules['another-poller'].quietMs - 5000);
      expect(await raise(rogue)).toBe(false);
      await makeOlder(bench(), 'another-poller', 5000);
      await bench().store.elapse(1);
      await raise(rogue);
      expect(await claimed()).toHaveLength(6);
    });

    it('is refused for the same key, however long ago, where the kind says so', async () => {
      await raise(broken('5-0'));
      await makeOlder(bench(), 'lock-broken', 86_400_000);
      expect(await raise(broken('5-0'))).toBe(false);
      await bench().store.elapse(1);
      await raise(broken('5-1'));
      expect((await bench().outages.observe({ noteRun: false })).reported['lock-broken']?.key).toBe('5-1');
    });

    it('is not held up by a last one that is still to come', async () => {
      await bench().store.command('HSET', outageKeys.outage, 'notice:another-poller', '9999999999999999|x');
      await raise(rogue);
      expect(await claimed()).toEqual(everyone);
    });

    it('does not hold up another kind', async () => {
      await raise(rogue);
      await raise(broken('5-0'));
      expect(await claimed()).toHaveLength(6);
    });

    it('is done by one of ten who ask at once', async () => {
      await Promise.all(Array.from({ length: 10 }, () => raise(rogue)));
      expect(await claimed()).toEqual(everyone);
    });

    it('drops what is finished of earlier ones, and keeps what is not', async () => {
      await raise(rogue);
      const [first, second] = await bench().claimAll();
      if (first === undefined || second === undefined) throw new Error('three were due');
      await bench().outages.settle(first, sent);
      await bench().outages.settle(second, dead);
      await makeOlder(bench(), 'another-poller', throttleRules['another-poller'].quietMs);
      await bench().store.elapse(1);
      const before = await bench().store.command('HLEN', outageKeys.deliveries);
      await raise(rogue);
      expect(before).toBe(3);
      expect(await bench().store.command('HLEN', outageKeys.deliveries)).toBeLessThanOrEqual(4);
    });

    it('lives through an outage that opens and ends', async () => {
      await raise(rogue);
      await bench().open();
      await bench().recover();
      expect(await claimed()).toEqual(everyone);
    });

    it('by the worker tells every superadmin and the topic', async () => {
      const notices = redisWarningStore(bench().store, outageKeys, { superadminIds: ['7', '8'] });
      expect(await notices.raise(rogue)).toBe(true);
      expect(await notices.raise(rogue)).toBe(false);
      const claims = await bench().claimAll();
      expect(claims.map(({ recipient }) => `${recipient.channel} ${recipient.address}`).sort()).toEqual([
        'IN_APP 7',
        'IN_APP 8',
        'SNS topic',
        'TELEGRAM 7',
        'TELEGRAM 8',
      ]);
    });
  });

  describe('noting', () => {
    it('changes what counts as told, if it is still what was judged', async () => {
      await raise({ kind: 'dead-letters', key: '5', params: { count: 5, total: 5 } });
      const note = (expectedKey: string) =>
        bench().outages.markReported({ of: 'dead-letters', expectedKey, key: '2' });
      expect(await note('4')).toBe(false);
      await note('5');
      const { reported } = await bench().outages.observe({ noteRun: false });
      expect(reported['dead-letters']?.key).toBe('2');
    });
  });

  describe('looking', () => {
    const breakLock = (who: string, why = 'it hung') => {
      const trail = redisAuditTrail({ command: (args) => bench().store.command(...args) }, outageKeys);
      return trail.append({ event: 'broken', who, why, before: 'x', after: '' });
    };
    /** Moves on to another millisecond: a real server's clock by itself, the embedded store's by its test. */
    const pass = async () => {
      const startMs = await bench().store.nowMs();
      while ((await bench().store.nowMs()) <= startMs) await bench().store.elapse(1);
    };
    const look = () => bench().outages.observe({ noteRun: true });

    it('sees which updates are dead, and only how many where they are too many to name', async () => {
      await bench().store.command('HSET', outageKeys.dead, '1', 'a', '2', 'b');
      const { deadLetters } = await look();
      expect({ ...deadLetters, ids: deadLetters.ids?.toSorted() }).toEqual({ count: 2, ids: ['1', '2'] });
      const more = Array.from({ length: deadLetterIdsMax - 2 }, (_, index) => [
        String(index + 3),
        'x',
      ]).flat();
      await bench().store.command('HSET', outageKeys.dead, ...more);
      expect((await look()).deadLetters.ids).toHaveLength(deadLetterIdsMax);
      await bench().store.command('HSET', outageKeys.dead, '0', 'x');
      expect((await look()).deadLetters).toEqual({ count: deadLetterIdsMax + 1, ids: undefined });
    });

    it('sees locks broken by people since the first run that were not told', async () => {
      await breakLock('before the first run');
      await pass();
      await look();
      expect((await look()).lockBreaks).toBeUndefined();
      await breakLock('анна');
      await breakLock('ecs', 'its task stopped');
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
