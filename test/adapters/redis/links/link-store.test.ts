/** The scripts of one-tap links, on the embedded store and on a real Redis. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisLinkStore } from '../../../../services/adapters/redis/links/link-store.ts';
import type { LinkStore } from '../../../../services/core/ops/links/link-store.ts';
import { linkText, type OpsLink } from '../../../../services/core/ops/links/signed-link.ts';
import { FunctionFixture, stores } from '../../../support/function-fixture.ts';

const outageId = 'outage-1';
const link: OpsLink = { id: 'a'.repeat(32), action: 'recover', recipient: '101', outageId };
const result = { answer: { ok: true, action: 'restart', restarted: true, deploymentId: 'd' } } as const;

describe.each(stores)('one-tap links on $name', ({ path, missing }) => {
  describe.skipIf(missing)('as records', () => {
    let stage: FunctionFixture;
    let links: LinkStore;
    beforeAll(async () => {
      stage = await FunctionFixture.open(path);
      links = redisLinkStore(stage.store, stage.keys);
    });
    afterAll(() => stage?.close());
    beforeEach(async () => {
      await stage.clear();
      await stage.store.command(['SET', stage.keys.alertSent, outageId]);
      await stage.store.command(['HSET', stage.keys.outage, 'id', outageId, 'state', 'open']);
      await links.make(link);
    });
    const lifeMs = async () => Number(await stage.store.command(['PTTL', stage.keys.opsLink(link.id)]));

    it('start unused and live for 15 minutes', async () => {
      expect(await links.read(link)).toEqual({ state: 'unused' });
      expect(await lifeMs()).toBeGreaterThan(14.9 * 60_000);
      expect(await lifeMs()).toBeLessThanOrEqual(15 * 60_000);
    });

    it('work once; the attempt that used one gets the same answer again', async () => {
      expect(await links.use(link, 't1')).toBe('used now');
      expect(await links.use(link, 't1')).toBe('used now');
      expect(await links.use(link, 't2')).toBe('used before');
      expect(await links.read(link)).toMatchObject({
        state: 'used',
        usedMs: expect.any(Number),
        result: undefined,
      });
    });

    it('let one of many simultaneous attempts win', async () => {
      const said = await Promise.all(Array.from({ length: 30 }, (_, index) => links.use(link, `t${index}`)));
      expect(said.filter((word) => word === 'used now')).toHaveLength(1);
      expect(said.filter((word) => word === 'used before')).toHaveLength(29);
    });

    it('store the result only from the attempt that used them', async () => {
      await links.use(link, 't1');
      await links.finish(link, 't2', { answer: { ok: false, error: { code: 'X', message: 'x' } } });
      expect(await links.read(link)).toMatchObject({ result: undefined });
      await links.finish(link, 't1', result);
      await links.finish(link, 't1', result);
      expect(await links.read(link)).toMatchObject({ state: 'used', result });
      expect(await lifeMs()).toBeGreaterThan(14.9 * 60_000);
    });

    it('made twice stay used and keep their expiry', async () => {
      await links.use(link, 't1');
      await stage.store.command(['PEXPIRE', stage.keys.opsLink(link.id), '60000']);
      await links.make(link);
      expect(await lifeMs()).toBeLessThanOrEqual(60_000);
      expect(await links.use(link, 't2')).toBe('used before');
    });

    it('are unknown once expired, or when they differ from their record', async () => {
      const other: OpsLink = { ...link, action: 'drop-updates' };
      expect(await links.read(other)).toBeUndefined();
      expect(await links.use(other, 't1')).toBe('unknown');
      await stage.store.command(['DEL', stage.keys.opsLink(link.id)]);
      expect(await links.read(link)).toBeUndefined();
      expect(await links.use(link, 't1')).toBe('unknown');
      await links.finish(link, 't1', result);
      expect(await stage.store.command(['EXISTS', stage.keys.opsLink(link.id)])).toBe(0);
    });

    it.each([
      ['is over', ['HSET', 'outage', 'state', 'recovered']],
      ['is another one', ['HSET', 'outage', 'id', 'outage-2']],
      ['has lost its flag', ['DEL', 'flag']],
      ['has another’s flag', ['SET', 'flag', 'outage-2']],
    ])('are not consumed when the outage %s', async (_name, [verb = '', key, ...rest]) => {
      const named = key === 'flag' ? stage.keys.alertSent : stage.keys.outage;
      await stage.store.command([verb, named, ...rest]);
      expect(await links.use(link, 't1')).toBe('outage over');
      expect(await links.read(link)).toEqual({ state: 'unused' });
    });

    it('have a text that a URL needs no escapes for', () => {
      expect(encodeURI(linkText(link))).toBe(linkText(link));
    });
  });
});
