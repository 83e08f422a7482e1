import { expect, it } from 'vitest';
import { redisDeadLetters } from '../../../../services/adapters/redis/journal/dead-letters.ts';
import {
  redisConsumerBeats,
  redisDeadUpdates,
  redisQueueAttempts,
} from '../../../../services/adapters/redis/queue/queue-store.ts';
import { redisSeenConsumers } from '../../../../services/adapters/redis/queue/seen-consumers.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';

const keys = storeKeys('');
const reason = { who: 'anna', why: 'fixed' };

describeOnEachStore('queue mode', (store) => {
  const attempts = () => redisQueueAttempts(store(), keys);
  const dead = () => redisDeadUpdates(store(), keys);
  const beats = () => redisConsumerBeats(store(), keys);

  it('counts attempts from the second on, once for each token, and forgets them after 14 days', async () => {
    expect(await attempts().count('5.abc', 'first')).toBe(2);
    expect(await attempts().count('5.abc', 'first')).toBe(2);
    expect(await attempts().count('5.abc', 'second')).toBe(3);
    // A repeat that comes late.
    expect(await attempts().count('5.abc', 'first')).toBe(2);
    expect(await attempts().count('5.abc.r1', 'third')).toBe(2);
    await store().elapse(14 * 86_400_000 - 1000);
    expect(await attempts().count('5.abc.r1', 'fourth')).toBe(3);
    expect(await attempts().count('5.abc', 'fifth')).toBeGreaterThanOrEqual(2);
  });

  it('tells what the next attempt would be, and counts nothing', async () => {
    expect(await attempts().next('6.abc', 'first')).toBe(2);
    expect(await attempts().count('6.abc', 'first')).toBe(2);
    expect(await attempts().next('6.abc', 'first')).toBe(2);
    expect(await attempts().next('6.abc', 'second')).toBe(3);
    expect(await attempts().next('6.abc', 'second')).toBe(3);
  });

  it('keeps a dead letter once, and `dead retry` makes an entry of it whose place is the number of the retry', async () => {
    const letter = { id: '5', attempts: 3, epoch: 7, retries: 2, content: '{"update_id":5}' };
    await dead().bury(letter);
    await dead().bury(letter);
    const letters = redisDeadLetters(store(), keys);
    expect(await letters.list()).toEqual([{ id: '5', attempts: 3, update: '{"update_id":5}' }]);
    expect(await letters.retry('5', reason)).toBe('put back');
    expect(await store().command('HGET', keys.journal, '5')).toBe('0 7 7 2 {"update_id":5}');
  });

  it('keeps the beginning of a dead letter that is too big for the store', async () => {
    await dead().bury({ id: '5', attempts: 3, epoch: 7, retries: 1, content: 'a'.repeat(1_000_000) });
    const [letter] = await redisDeadLetters(store(), keys).list();
    expect(letter?.update).toMatch(/^too big: 1000000 characters/);
  });

  it('keeps the last beat of each consumer, by the store’s clock, until it stops or has been silent for a day', async () => {
    const nowMs = await store().nowMs();
    const beat = { version: '1.2.3', lagMs: 1234.5, running: 3, held: 10 };
    await store().command('HSET', keys.handlerBeats, 'old', `${nowMs - 86_500_000} {}`, 'odd', 'x');
    await beats().write({ consumer: 'a', ...beat });
    await beats().write({ consumer: 'b', ...beat });
    await beats().remove('b');
    const [consumer, said = ''] = (await store().command('HGETALL', keys.handlerBeats)) as string[];
    expect(consumer).toBe('a');
    const [, ms, json = ''] = /^(\d+) (.*)$/.exec(said) ?? [];
    expect(Number(ms)).toBeGreaterThanOrEqual(nowMs);
    expect(JSON.parse(json)).toEqual({ version: '1.2.3', lag_ms: 1235, running: 3, held: 10 });
    expect(await store().command('HLEN', keys.handlerBeats)).toBe(1);
  });

  it('shows the consumers’ beats with their age by the store’s clock, and skips what is none', async () => {
    expect(await redisSeenConsumers(store(), keys).list()).toEqual([]);
    await beats().write({ consumer: 'b', version: '1.2.3', lagMs: 1234.5, running: 3, held: 10 });
    const nowMs = await store().nowMs();
    const [old, ahead] = [`${nowMs - 90_000} {"lag_ms":"x"}`, `${nowMs + 90_000} {`];
    await store().command('HSET', keys.handlerBeats, 'a', old, 'c', ahead, 'odd', 'x');
    const seen = await redisSeenConsumers(store(), keys).list();
    expect(seen.map(({ consumer }) => consumer)).toEqual(['a', 'b', 'c']);
    expect(seen[0]).toMatchObject({ lagMs: 0, running: 0, held: 0 });
    expect(seen[0]?.ageMs).toBeGreaterThanOrEqual(90_000);
    expect(seen[1]).toMatchObject({ version: '1.2.3', lagMs: 1235, running: 3, held: 10 });
    expect(seen[1]?.ageMs).toBeLessThan(90_000);
    expect(seen[2]).toMatchObject({ ageMs: 0, lagMs: 0 });
  });
});
