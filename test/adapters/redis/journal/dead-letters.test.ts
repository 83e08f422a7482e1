import { expect, it } from 'vitest';
import { redisAuditTrail } from '../../../../services/adapters/redis/audit-trail.ts';
import type { CommandRunner } from '../../../../services/adapters/redis/inbox/inbox-store.ts';
import { redisDeadLetters } from '../../../../services/adapters/redis/journal/dead-letters.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';

const keys = storeKeys('');
const reason = { who: 'anna', why: 'fixed' };

describeOnEachStore('the dead letters', (store) => {
  const commands = (): CommandRunner => ({ command: (args) => store().command(...args) });
  const letters = () => redisDeadLetters({ ...commands(), run: (...call) => store().run(...call) }, keys);
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
    expect(await store().command('HGETALL', keys.journal)).toEqual(['7', '0 0 4 0 {"update_id":7}']);
    expect(await letters().list()).toEqual([]);
    expect(await redisAuditTrail(commands(), keys).latest(5)).toMatchObject([
      { event: 'retried', who: 'anna', why: 'fixed', before: 'given up', after: 'update 7' },
    ]);
  });

  it('stay when they are unknown or of another form', async () => {
    await put(keys.dead, '7', 'hello');
    expect(await letters().retry('7', reason)).toBe('unknown');
    expect(await letters().retry('8', reason)).toBe('unknown');
    expect(await store().command('HGET', keys.dead, '7')).toBe('hello');
    expect(await store().command('EXISTS', keys.journal, keys.audit)).toBe(0);
  });
});
