import { beforeEach, expect, it } from 'vitest';
import { redisDeadLetters } from '../../../../services/adapters/redis/journal/dead-letters.ts';
import { redisUpdateJournal } from '../../../../services/adapters/redis/journal/update-journal.ts';
import { redisLockOverride } from '../../../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../../../services/adapters/redis/lease/lock-store.ts';
import type { UpdateJournal } from '../../../../services/core/updates/journal.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';
import { alone, type Change, entry, keys, openAs, term, writeTo } from './journal-fixture.ts';

const limit = { attemptsMax: 3, finishedIds: [], tombstoneIds: [] };

describeOnEachStore('the journal', (store) => {
  let journal: UpdateJournal;

  beforeEach(async () => {
    journal = redisUpdateJournal(store(), keys);
    await store().command('SET', keys.lock, term.value);
  });

  const write = (change: Change, value = term.value) => writeTo(journal, change, value);
  const open = (value = term.value) => openAs(journal, value);

  it('returns entries in order of arrival, not of ids', async () => {
    const add = [entry(900, 2), entry(5, 10), entry(17, 0, 5), entry(3, 0)];
    expect(await write({ add, finishedIds: [] })).toBe('written');
    const { entries } = await open();
    expect(entries.map(({ update }) => update.update_id)).toEqual([3, 900, 5, 17]);
    expect(entries[0]).toEqual(entry(3, 0));
  });

  it('adds and removes in one step', async () => {
    await write({ add: [entry(1, 0), entry(2, 1)], finishedIds: [] });
    await write({ add: [entry(3, 2)], finishedIds: [1] });
    expect(await store().command('HMGET', keys.journal, '1', '2', '3')).toMatchObject([
      null,
      /update_id":2/,
      /update_id":3/,
    ]);
  });

  it('refuses everything without the lock', async () => {
    await write({ add: [entry(1, 0)], finishedIds: [] });
    expect(await write({ add: [entry(2, 1)], finishedIds: [1] }, 'another')).toBe('lock lost');
    expect(await journal.open('another')).toBe('lock lost');
    expect(await journal.beginAttempts({ value: 'another', epoch: 5 }, alone(1), limit)).toBe('lock lost');
    expect(await store().command('HKEYS', keys.journal)).toEqual(['1']);
  });

  it('counts an attempt once in each epoch and gives up after the last', async () => {
    await write({ add: [entry(1, 0)], finishedIds: [] });
    expect(await journal.beginAttempts(term, alone(1), limit)).toEqual([2]);
    expect(await journal.beginAttempts(term, alone(1), limit)).toEqual([2]);
    expect(await journal.beginAttempts({ ...term, epoch: 6 }, alone(1), limit)).toEqual([3]);
    expect(await journal.beginAttempts({ ...term, epoch: 7 }, alone(1), limit)).toEqual(['dead letter']);
    expect(await journal.beginAttempts({ ...term, epoch: 7 }, alone(1), limit)).toEqual(['dead letter']);
    expect(await store().command('HKEYS', keys.dead)).toEqual(['1']);
  });

  it('keeps a tombstone for a dead letter, so that a redelivery is not tried again', async () => {
    await write({ add: [{ ...entry(1, 0), attempt: 3 }], finishedIds: [] });
    await journal.beginAttempts(term, alone(1), limit);
    const { entries } = await open();
    expect(entries).toEqual([{ ...entry(1, 0), attempt: 'ended' }]);
  });

  it.each([
    ['not an entry', 'hello'],
    ['cut', '1 1 1 0 {"update_id":'],
    ['not an update', '1 1 1 0 null'],
    ['without an id', '1 1 1 0 {}'],
    ['another id', '1 1 1 0 {"update_id":8}'],
    ['with a strange attempt', '-1 1 1 0 {"update_id":7}'],
  ])('moves an unreadable entry (%s) to the dead letters, and returns the others', async (_what, line) => {
    await write({ add: [entry(1, 0)], finishedIds: [] });
    await store().command('HSET', keys.journal, '7', line);
    const opened = await open();
    expect(opened).toMatchObject({ unreadable: ['7'], entries: [entry(1, 0)] });
    expect(await store().command('HGETALL', keys.dead)).toEqual(['7', line]);
    expect(await store().command('HKEYS', keys.journal)).toEqual(['1']);
  });

  it('does not count an attempt again in the term in which the update arrived', async () => {
    await write({ add: [entry(1, 0, 5)], finishedIds: [] });
    expect(await journal.beginAttempts(term, alone(1), limit)).toEqual([1]);
  });

  it('counts many updates in one step, each separately and in the order given', async () => {
    const add = [entry(1, 0), { ...entry(2, 1), attempt: 3 }, { ...entry(3, 2), attempt: 2 }];
    await write({ add, finishedIds: [] });
    expect(await journal.beginAttempts(term, alone(3, 2, 1, 4), limit)).toEqual([
      3,
      'dead letter',
      2,
      'dead letter',
    ]);
    expect(await store().command('HKEYS', keys.dead)).toEqual(['2']);
  });

  it('removes finished entries while it counts attempts', async () => {
    await write({ add: [entry(1, 0), entry(2, 1)], finishedIds: [] });
    await journal.beginAttempts(term, alone(2), { ...limit, finishedIds: [1] });
    expect(await store().command('HKEYS', keys.journal)).toEqual(['2']);
  });

  it('writes tombstones while it counts attempts', async () => {
    await write({ add: [entry(1, 0), entry(2, 1)], finishedIds: [] });
    await journal.beginAttempts(term, alone(2), { ...limit, tombstoneIds: [1, 99] });
    const { entries } = await open();
    expect(entries.map(({ attempt }) => attempt)).toEqual(['ended', 2]);
  });

  it('is not reset by the late replay of a write', async () => {
    const late = { add: [entry(1, 0), entry(2, 1)], finishedIds: [] };
    await write(late);
    await journal.beginAttempts(term, alone(1), { ...limit, tombstoneIds: [2] });
    await write(late);
    const { entries } = await open();
    expect(entries.map(({ attempt }) => attempt)).toEqual([2, 'ended']);
    const another = { ...entry(2, 1), update: { update_id: 2, message: { text: 'of the same id' } } };
    await write({ add: [another], finishedIds: [] });
    expect((await open()).entries[1]).toEqual(another);
  });

  it('keeps the entry of another update when the tombstone of an earlier one with its id comes late', async () => {
    const another = { ...entry(1, 1), update: { update_id: 1, message: { text: 'of the same id' } } };
    await write({ add: [another], finishedIds: [] });
    await write({ add: [{ ...entry(1, 0), attempt: 'ended' }], finishedIds: [] });
    expect((await open()).entries).toEqual([another]);
  });

  it('keeps an entry that an operator put back, even if its first run counts as finished', async () => {
    const putBack = `0 0 4 0 ${JSON.stringify(entry(1, 0).update)}`;
    await store().command('HSET', keys.journal, '1', putBack);
    await write({ add: [], finishedIds: [1] });
    await journal.beginAttempts(term, alone(), { ...limit, finishedIds: [1], tombstoneIds: [1] });
    await redisLockStore(store(), keys, '1').renew(term.value, 1000, { finishedUpdateIds: [1] });
    expect(await store().command('HGET', keys.journal, '1')).toBe(putBack);
  });

  it('counts no attempt that begins beside others, but marks it; the next one is counted', async () => {
    await write({
      add: [
        { ...entry(1, 0), attempt: 2 },
        { ...entry(2, 1), attempt: 2 },
      ],
      finishedIds: [],
    });
    const besideOthers = [1, 2].map((updateId) => ({ updateId, mode: 'beside others' as const }));
    expect(await journal.beginAttempts(term, besideOthers, limit)).toEqual([3, 3]);
    expect(await journal.beginAttempts(term, besideOthers, limit)).toEqual([3, 3]);
    const marked = { attempt: 2, countedEpoch: term.epoch, triedBesideOthers: true };
    expect((await open()).entries).toMatchObject([marked, marked]);
    const next = { ...term, epoch: 6 };
    expect(await journal.beginAttempts(next, alone(1), limit)).toEqual([3]);
    expect((await open()).entries[0]).not.toHaveProperty('triedBesideOthers');
    expect(await journal.beginAttempts({ ...term, epoch: 7 }, alone(1), limit)).toEqual(['dead letter']);
  });

  it('reads marked entries as the release before this one does: with the attempts that were counted', async () => {
    await write({ add: [{ ...entry(1, 0), attempt: 2 }], finishedIds: [] });
    await journal.beginAttempts(term, [{ updateId: 1, mode: 'beside others' }], limit);
    expect(await store().command('HGET', keys.journal, '1')).toMatch(/^2 05 4 0 \{/);
  });

  it('keeps what an operator put back when the leader that gave it up writes its tombstone', async () => {
    await write({ add: [{ ...entry(1, 0), attempt: 3 }], finishedIds: [] });
    await journal.beginAttempts(term, alone(1), limit);
    await redisDeadLetters(store(), keys).retry('1', { who: 'anna', why: 'fixed' });
    await write({ add: [{ ...entry(1, 0), attempt: 'ended' }], finishedIds: [] });
    expect((await open()).entries).toEqual([{ ...entry(1, 0), attempt: 0, countedEpoch: term.epoch }]);
    expect(await store().command('EXISTS', keys.dead)).toBe(0);
  });

  it('keeps what an operator put back when a repeat of the request that gave it up comes late', async () => {
    await write({ add: [{ ...entry(1, 0), attempt: 3 }], finishedIds: [] });
    const giveUp = () => journal.beginAttempts(term, alone(1), limit);
    await giveUp();
    await redisDeadLetters(store(), keys).retry('1', { who: 'anna', why: 'fixed' });
    expect(await giveUp()).toEqual(['dead letter']);
    await write({ add: [], finishedIds: [1] });
    expect(await journal.beginAttempts({ ...term, epoch: 6 }, alone(1), limit)).toEqual([1]);
  });

  it('keeps a note of an update that is too big, once', async () => {
    const update = { update_id: 7, text: 'я'.repeat(2000) };
    expect(await journal.refuse(term.value, update)).toBe('refused');
    expect(await journal.refuse(term.value, update)).toBe('refused');
    expect(await journal.refuse('another', { update_id: 8 })).toBe('lock lost');
    const letters = await redisDeadLetters(store(), keys).list();
    expect(letters).toMatchObject([{ id: '7', attempts: 0, update: /^too big: 2\d\d\d characters.*яя$/ }]);
  });

  it('knows from the audit stream whether the last leader released its lock', async () => {
    const lock = { ...redisLockStore(store(), keys, '1'), ...redisLockOverride(store(), keys) };
    const endedCleanly = async (value: string): Promise<boolean> => (await open(value)).endedCleanly;
    await store().command('DEL', keys.lock);
    await store().command('SET', keys.epoch, '0');
    await lock.acquire('first', 1000);
    expect(await endedCleanly('first')).toBe(true);
    await lock.release('first', 'clean');
    await lock.acquire('second', 1000);
    expect(await endedCleanly('second')).toBe(true);
    await store().elapse(1001);
    await lock.acquire('third', 1000);
    expect(await endedCleanly('third')).toBe(false);
    await lock.break('third', { who: 'ops', why: 'gone' });
    await lock.acquire('fourth', 1000);
    expect(await endedCleanly('fourth')).toBe(false);
    await lock.revoke('fourth', { who: 'ops', why: 'asked' });
    await lock.release('fourth', 'clean');
    await lock.acquire('fifth', 1000);
    expect(await endedCleanly('fifth')).toBe(true);
  });

  it('recognises a crash even behind many other audit entries', async () => {
    const lock = { ...redisLockStore(store(), keys, '1'), ...redisLockOverride(store(), keys) };
    await store().command('DEL', keys.lock);
    await store().command('SET', keys.epoch, '0');
    await lock.acquire('crashed', 1000);
    await store().elapse(1001);
    for (let i = 0; i < 150; i++) await store().command('XADD', keys.audit, '*', 'event', 'retried');
    await lock.acquire('next', 1000);
    expect((await open('next')).endedCleanly).toBe(false);
  });

  it('recognises a dirty hand-off even before a term that never polled', async () => {
    const lock = { ...redisLockStore(store(), keys, '1'), ...redisLockOverride(store(), keys) };
    const openedAfter = async (value: string): Promise<boolean> => {
      await lock.acquire(value, 1000);
      return (await open(value)).endedCleanly;
    };
    await store().command('DEL', keys.lock);
    await store().command('SET', keys.epoch, '0');
    await lock.acquire('first', 1000);
    await lock.release('first', 'unchanged');
    expect(await openedAfter('second')).toBe(true);
    await lock.release('second', 'dirty');
    expect(await openedAfter('third')).toBe(false);
    await lock.release('third', 'unchanged');
    expect(await openedAfter('fourth')).toBe(false);
    await lock.release('fourth', 'clean');
    await lock.acquire('fifth', 1000);
    await lock.release('fifth', 'unchanged');
    expect(await openedAfter('sixth')).toBe(true);
  });
});
