import { expect, it } from 'vitest';
import { redisAuditTrail } from '../../../../services/adapters/redis/audit-trail.ts';
import type { CommandRunner } from '../../../../services/adapters/redis/inbox/inbox-store.ts';
import { redisDeadLetters } from '../../../../services/adapters/redis/journal/dead-letters.ts';
import { redisUpdateJournal } from '../../../../services/adapters/redis/journal/update-journal.ts';
import type { ScriptRunner } from '../../../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';
import { travelBytes } from '../../../support/travel-bytes.ts';

const keys = storeKeys('');
const reason = { who: 'anna', why: 'fixed' };

describeOnEachStore('the dead letters', (store) => {
  const commands = (): CommandRunner => ({ command: (args) => store().command(...args) });
  const letters = () => redisDeadLetters(store(), keys);
  const put = (key: string, ...pairs: string[]) => store().command('HSET', key, ...pairs);

  it('are listed in order of their ids, with their attempts', async () => {
    expect(await letters().list()).toEqual([]);
    await put(keys.dead, '10', '3 4 4 0 {"update_id":10}', '9', '2 4 4 1 {"update_id":9,\n"a":1}');
    expect(await letters().list()).toEqual([
      { id: '9', attempts: 2, update: '{"update_id":9,\n"a":1}' },
      { id: '10', attempts: 3, update: '{"update_id":10}' },
    ]);
  });

  it('show a foreign value whole', async () => {
    await put(keys.dead, '7', 'hello');
    expect(await letters().list()).toEqual([{ id: '7', attempts: 0, update: 'hello' }]);
  });

  it('go back into the journal once, with all attempts left, and leave one audit entry', async () => {
    await put(keys.dead, '7', '3 4 4 0 {"update_id":7}');
    expect(await letters().retry('7', reason)).toBe('put back');
    expect(await letters().retry('7', reason)).toBe('there already');
    expect(await store().command('HGETALL', keys.journal)).toEqual(['7', '0 4 4 0 {"update_id":7}']);
    expect(await letters().list()).toEqual([]);
    expect(await redisAuditTrail(commands(), keys).latest(5)).toMatchObject([
      { event: 'retried', who: 'anna', why: 'fixed', before: 'given up', after: 'update 7' },
    ]);
  });

  it('stay when they are unknown', async () => {
    await put(keys.dead, '7', '3 4 4 0 {"update_id":7}');
    expect(await letters().retry('8', reason)).toBe('unknown');
    expect(await store().command('HKEYS', keys.dead)).toEqual(['7']);
    expect(await store().command('EXISTS', keys.journal, keys.audit)).toBe(0);
  });

  it.each([
    ['a newer format', 'v2 3 4 {"update_id":7}'],
    ['no format at all', 'hello'],
  ])('go back as they are when they are in %s', async (_what, line) => {
    await put(keys.dead, '7', line);
    expect(await letters().retry('7', reason)).toBe('put back as it is');
    expect(await store().command('HGETALL', keys.journal)).toEqual(['7', line]);
    expect(await letters().list()).toEqual([]);
  });

  it.each([
    ['unfinished', '1 9 9 0 {"update_id":7,"other":1}'],
    ['put back before', '0 0 9 0 {"update_id":7,"other":1}'],
    ['ended, but not confirmed', 'ended 9 9 0 {"update_id":7,"other":1}'],
    ['in a newer format', 'v2 whatever'],
  ])('wait while the journal holds another update with their id that is %s', async (_what, line) => {
    await put(keys.dead, '7', '3 4 4 0 {"update_id":7}');
    await put(keys.journal, '7', line);
    expect(await letters().retry('7', reason)).toBe('id in use');
    expect(await store().command('HGET', keys.journal, '7')).toBe(line);
    expect(await letters().list()).toHaveLength(1);
  });

  it('replace the tombstone of their own update', async () => {
    await put(keys.dead, '7', '3 4 4 0 {"update_id":7}');
    await put(keys.journal, '7', 'ended 5 4 0 {"update_id":7}');
    expect(await letters().retry('7', reason)).toBe('put back');
    expect(await store().command('HGET', keys.journal, '7')).toBe('0 4 4 0 {"update_id":7}');
  });

  it('with one id are two, each with a name of its own', async () => {
    const journal = redisUpdateJournal(store(), keys);
    await store().command('SET', keys.lock, 'the lock');
    for (const text of ['first', 'second', 'third']) {
      await put(keys.journal, '7', `3 1 1 0 {"update_id":7,"text":"${text}"}`);
      const attempts = [{ updateId: 7, mode: 'alone' as const }];
      const options = { attemptsMax: 3, finishedIds: [], tombstoneIds: [] };
      const term = { value: 'the lock', epoch: 2 };
      expect(await journal.beginAttempts(term, attempts, options)).toEqual(['dead letter']);
    }
    await put(keys.dead, '10', '3 1 1 1 {"update_id":10}');
    expect((await letters().list()).map(({ id, update }) => `${id} ${update}`)).toEqual([
      '7 {"update_id":7,"text":"first"}',
      '7#2 {"update_id":7,"text":"second"}',
      '7#3 {"update_id":7,"text":"third"}',
      '10 {"update_id":10}',
    ]);
    await store().command('DEL', keys.journal);
    expect(await letters().retry('7#2', reason)).toBe('put back');
    expect(await store().command('HGET', keys.journal, '7')).toBe('0 2 1 0 {"update_id":7,"text":"second"}');
    expect(await letters().retry('7', reason)).toBe('id in use');
  });

  it('are listed in pieces of less than 1 MB, however many there are', async () => {
    const text = 'x'.repeat(12_000);
    const ids = Array.from({ length: 200 }, (_, index) => 1000 + index);
    await put(keys.dead, ...ids.flatMap((id) => [String(id), `3 4 4 0 {"update_id":${id},"t":"${text}"}`]));
    const sizes: number[] = [];
    const measured: ScriptRunner = {
      async run(...call) {
        const reply = await store().run(...call);
        sizes.push(travelBytes(reply));
        return reply;
      },
    };
    const listed = await redisDeadLetters(measured, keys).list();
    expect(listed.map(({ id }) => Number(id))).toEqual(ids);
    expect(Math.max(...sizes)).toBeLessThan(1_000_000);
    expect(sizes.length).toBeGreaterThan(3);
  });

  it('that fit into no answer are named with their size', async () => {
    await put(keys.dead, '7', 'x'.repeat(700_000), '8', '3 4 4 0 {"update_id":8}');
    expect(await letters().list()).toMatchObject([
      { id: '7', update: '700000 bytes, too big to read' },
      { id: '8', attempts: 3 },
    ]);
  });
});
