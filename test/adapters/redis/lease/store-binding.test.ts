import { beforeEach, expect, it } from 'vitest';
import { redisAuditTrail } from '../../../../services/adapters/redis/audit-trail.ts';
import { redisStoreBinding } from '../../../../services/adapters/redis/lease/store-binding.ts';
import type { LuaScript } from '../../../../services/adapters/redis/lua-scripts.ts';
import type { StoreBinding } from '../../../../services/core/lease/store-binding.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';

const keys = storeKeys('hr:');
const reason = { who: 'anna', why: 'the store moves' };
const entry = (id: number, attempt = '1'): string => `${attempt} 8 8 ${id} {"update_id":${id},"text":"x"}`;

describeOnEachStore('the binding of a store', (store) => {
  /** Counts the calls, and does something before one of them. */
  let calls: number;
  let beforeCall: (call: number) => Promise<unknown>;
  const binding = (bytesMax?: number): StoreBinding => {
    const runner = {
      command: (args: readonly [string, ...string[]]) => store().command(...args),
      async run(script: LuaScript, used: readonly string[], args: readonly string[]) {
        calls += 1;
        await beforeCall(calls);
        return store().run(script, used, args);
      },
    };
    return redisStoreBinding(runner, keys, bytesMax);
  };
  const journal = () => store().command('HGETALL', keys.journal);
  const audit = () =>
    redisAuditTrail({ ...store(), command: (args) => store().command(...args) }, keys).latest(10);

  beforeEach(async () => {
    calls = 0;
    beforeCall = async () => {};
    await store().command('SET', keys.bot, '42');
    for (const id of [1, 2, 3]) await store().command('HSET', keys.journal, String(id), entry(id));
  });

  it('tells the bot and how much its journal holds', async () => {
    expect(await binding().read()).toEqual({ botId: '42', journaled: 3 });
    await store().flush();
    expect(await binding().read()).toEqual({ botId: undefined, journaled: 0 });
  });

  it('is removed with the journal, whose entries become dead letters, and audited once', async () => {
    await store().command('HSET', keys.journal, '4', entry(4, 'ended'));
    expect(await binding().unbind('42', reason)).toEqual({ kind: 'unbound', moved: 3 });
    expect(await binding().unbind('42', reason)).toEqual({ kind: 'unbound', moved: 0 });
    expect(await store().command('EXISTS', keys.bot, keys.journal)).toBe(0);
    expect(await store().command('HGET', keys.dead, '2')).toBe(entry(2));
    expect(await store().command('HEXISTS', keys.dead, '4')).toBe(0);
    expect(await audit()).toEqual([
      expect.objectContaining({ event: 'unbound', ...reason, before: 'bot 42' }),
    ]);
  });

  it('leaves a dead letter that has the id of a moved entry beside it', async () => {
    await store().command('HSET', keys.dead, '2', 'an older one');
    await binding().unbind('42', reason);
    expect(await store().command('HMGET', keys.dead, '2', '2#2')).toEqual(['an older one', entry(2)]);
  });

  it('stays while a lock is held, even the quarantine’s', async () => {
    await store().command('SET', keys.lock, 'held', 'PX', '5000');
    expect(await binding().unbind('42', reason)).toMatchObject({
      kind: 'lock held',
      held: { value: 'held' },
      moved: 0,
    });
    expect(await journal()).toHaveLength(6);
    expect(await store().command('GET', keys.bot)).toBe('42');
    expect(await audit()).toEqual([]);
  });

  it('stays if the store belongs to another bot by now', async () => {
    expect(await binding().unbind('7', reason)).toEqual({ kind: 'other bot', botId: '42', moved: 0 });
    expect(await journal()).toHaveLength(6);
  });

  it('is removed after the journal was moved in pieces, each of at least one entry', async () => {
    expect(await binding(entry(1).length).unbind('42', reason)).toEqual({ kind: 'unbound', moved: 3 });
    expect(calls).toBe(3);
    calls = 0;
    await store().command('HSET', keys.journal, '5', entry(5), '6', entry(6));
    expect(await binding(1).unbind(undefined, reason)).toEqual({ kind: 'unbound', moved: 2 });
    expect(calls).toBe(2);
  });

  it('stays if a worker takes the lock between two pieces', async () => {
    beforeCall = async (call) =>
      call === 2 ? store().command('SET', keys.lock, 'a', 'PX', '5000') : undefined;
    expect(await binding(1).unbind('42', reason)).toMatchObject({ kind: 'lock held', moved: 1 });
    expect(await store().command('HLEN', keys.journal)).toBe(2);
    expect(await store().command('HLEN', keys.dead)).toBe(1);
    expect(await store().command('GET', keys.bot)).toBe('42');
  });
});
