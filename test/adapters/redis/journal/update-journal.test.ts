import { beforeEach, describe, expect, it } from 'vitest';
import { redisDeadLetters } from '../../../../services/adapters/redis/journal/dead-letters.ts';
import { redisUpdateJournal } from '../../../../services/adapters/redis/journal/update-journal.ts';
import { redisLockOverride } from '../../../../services/adapters/redis/lease/lock-override.ts';
import { redisLockStore } from '../../../../services/adapters/redis/lease/lock-store.ts';
import type { ScriptRunner } from '../../../../services/adapters/redis/lua-scripts.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import type { JournalEntry, UpdateJournal } from '../../../../services/core/updates/journal.ts';
import { type OpenedJournal, TermJournal } from '../../../../services/core/updates/term-journal.ts';
import { termOn } from '../../../core/updates/term-fixture.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';
import { travelBytes } from '../../../support/travel-bytes.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const keys = storeKeys('');
const term = { value: 'the lock', epoch: 5 };
const limit = { attemptsMax: 3, finishedIds: [], tombstoneIds: [] };

const alone = (...ids: number[]) => ids.map((updateId) => ({ updateId, mode: 'alone' as const }));

function entry(id: number, arrivedIndex: number, arrivedEpoch = 4): JournalEntry {
  const update = { update_id: id, message: { text: 'строка 1\nstring 2 "quoted"' } };
  return { update, attempt: 1, countedEpoch: arrivedEpoch, arrivedEpoch, arrivedIndex };
}

describeOnEachStore('the journal', (store) => {
  let journal: UpdateJournal;

  beforeEach(async () => {
    journal = redisUpdateJournal(store(), keys);
    await store().command('SET', keys.lock, term.value);
  });

  const write = (
    { add, finishedIds }: { add: readonly JournalEntry[]; finishedIds: readonly number[] },
    value = term.value,
  ) => {
    const [piece, ...more] = journal.split(add).pieces;
    if (piece === undefined || more.length > 0) throw new Error('these take more than one piece');
    return journal.write(value, { add: piece, finishedIds });
  };

  /** As the term with this lock value opens it. */
  const open = async (value = term.value): Promise<OpenedJournal> => {
    const clock = new VirtualClock();
    const onTrouble = (what: string, error: unknown): never => {
      throw new Error(what, { cause: error });
    };
    const opened = await new TermJournal(
      { journal, clock, onTrouble },
      Object.assign(termOn(clock), { value }),
    ).open(new AbortController().signal);
    if (opened === undefined) throw new Error('the lock is lost');
    return opened;
  };

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

  it('keeps an entry that an operator put back, even if its first run counts as finished', async () => {
    const putBack = `0 0 4 0 ${JSON.stringify(entry(1, 0).update)}`;
    await store().command('HSET', keys.journal, '1', putBack);
    await write({ add: [], finishedIds: [1] });
    await journal.beginAttempts(term, alone(), { ...limit, finishedIds: [1], tombstoneIds: [1] });
    await redisLockStore(store(), keys, '1').renew(term.value, 1000, { finishedUpdateIds: [1] });
    expect(await store().command('HGET', keys.journal, '1')).toBe(putBack);
  });

  it('counts no attempt that begins beside others, but marks it; the next one is counted', async () => {
    await write({ add: [{ ...entry(1, 0), attempt: 2 }, { ...entry(2, 1), attempt: 2 }], finishedIds: [] });
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

  describe('a line that is not of this format', () => {
    const newer = 'v2 1 1 1 0 {"update_id":7}';

    it('stays where it is if a newer version wrote it: it is not replayed, removed or given up', async () => {
      await write({ add: [entry(1, 0)], finishedIds: [] });
      await store().command('HSET', keys.journal, '7', newer);
      expect(await open()).toMatchObject({ entries: [entry(1, 0)], unreadable: [], newer: ['7'] });
      await write({ add: [], finishedIds: [7] });
      await journal.beginAttempts(term, alone(7), { ...limit, finishedIds: [7], tombstoneIds: [7] });
      await redisLockStore(store(), keys, '1').renew(term.value, 1000, { finishedUpdateIds: [7] });
      expect(await store().command('HGET', keys.journal, '7')).toBe(newer);
      expect(await store().command('EXISTS', keys.dead)).toBe(0);
    });

    it.each([
      ['of a newer version', newer],
      ['that an operator put back', '0 0 4 0 {"update_id":7,"other":1}'],
      ['that nobody can read', 'hello'],
    ])('makes room for another update with its id by becoming a dead letter: one %s', async (_what, line) => {
      await store().command('HSET', keys.journal, '7', line);
      const change = { add: [entry(7, 0)], finishedIds: [] };
      await write(change);
      await write(change);
      expect(await store().command('HGETALL', keys.dead)).toEqual(['7', line]);
      expect((await open()).entries).toEqual([entry(7, 0)]);
    });
  });

  it('keeps what an operator put back when the leader that gave it up writes its tombstone', async () => {
    await write({ add: [{ ...entry(1, 0), attempt: 3 }], finishedIds: [] });
    await journal.beginAttempts(term, alone(1), limit);
    await redisDeadLetters(store(), keys).retry('1', { who: 'anna', why: 'fixed' });
    await write({ add: [{ ...entry(1, 0), attempt: 'ended' }], finishedIds: [] });
    expect((await open()).entries).toEqual([{ ...entry(1, 0), attempt: 0, countedEpoch: 0 }]);
    expect(await store().command('EXISTS', keys.dead)).toBe(0);
  });

  it('keeps a note of an update that is too big, once', async () => {
    const update = { update_id: 7, text: 'я'.repeat(2000) };
    expect(await journal.refuse(term.value, update)).toBe('refused');
    expect(await journal.refuse(term.value, update)).toBe('refused');
    expect(await journal.refuse('another', { update_id: 8 })).toBe('lock lost');
    const letters = await redisDeadLetters(store(), keys).list();
    expect(letters).toMatchObject([{ id: '7', attempts: 0, update: /^too big: 2\d\d\d characters.*яя$/ }]);
  });

  describe('in pieces', () => {
    const sizes = { requests: [] as number[], answers: [] as number[] };
    beforeEach(() => {
      sizes.requests = [];
      sizes.answers = [];
      const measured: ScriptRunner = {
        async run(script, usedKeys, args) {
          sizes.requests.push(Buffer.byteLength(JSON.stringify([...usedKeys, ...args])));
          const reply = await store().run(script, usedKeys, args);
          sizes.answers.push(travelBytes(reply));
          return reply;
        },
      };
      journal = redisUpdateJournal(measured, keys);
    });

    const messages = (count: number, text: string): JournalEntry[] =>
      Array.from({ length: count }, (_, index) => ({
        ...entry(1_000_000_000 - index, index),
        update: { update_id: 1_000_000_000 - index, message: { text } },
      }));

    it.each([
      ['many small updates', 3000, 'a "quote" and ещё слова. '.repeat(25)],
      ['a hundred long ones', 100, 'x'.repeat(12_000)],
      ['quotes, each of which takes two bytes in a request', 100, '"\\'.repeat(5000)],
      ['letters of two bytes', 100, 'щ'.repeat(9000)],
      ['one as big as an entry may be', 1, 'x'.repeat(650_000)],
    ])('it is written, read back and removed: %s', async (_what, count, text) => {
      const entries = messages(count, text);
      const { pieces, tooBig } = journal.split(entries);
      expect(tooBig).toEqual([]);
      for (const add of pieces) await journal.write(term.value, { add, finishedIds: [] });
      const opened = await open();
      expect(opened.entries).toEqual(entries);
      const finishedIds = entries.map(({ update }) => update.update_id);
      await journal.write(term.value, { add: { entries: [], lines: [] }, finishedIds });
      expect(await store().command('EXISTS', keys.journal)).toBe(0);
      expect(Math.max(...sizes.requests)).toBeLessThan(1_000_000 - 50_000);
      expect(Math.max(...sizes.answers)).toBeLessThan(1_000_000);
    });

    it('lists more ids than fit into one answer', async () => {
      const ids = Array.from({ length: 25_000 }, (_, index) => String(1_000_000_000 + index));
      const pairs = ids.flatMap((id, index) => [id, `1 4 4 ${index} {"update_id":${id}}`]);
      for (let at = 0; at < pairs.length; at += 10_000)
        await store().command('HSET', keys.journal, ...pairs.slice(at, at + 10_000));
      const { entries } = await open();
      expect(entries.map(({ update }) => String(update.update_id))).toEqual(ids);
      expect(Math.max(...sizes.answers)).toBeLessThan(1_000_000);
    });

    it('moves a line that fits into no answer to the dead letters', async () => {
      const line = `1 4 4 0 {"update_id":7,"text":"${'x'.repeat(700_000)}"}`;
      await store().command('HSET', keys.journal, '7', line, '8', '1 4 4 1 {"update_id":8}');
      expect(await open()).toMatchObject({ unreadable: ['7'], entries: [{ update: { update_id: 8 } }] });
      expect(await store().command('HGET', keys.dead, '7')).toBe(line);
    });

    it('refuses to list and to read without the lock', async () => {
      expect(await journal.list('another', '')).toBe('lock lost');
      expect(await journal.read('another', ['1'])).toBe('lock lost');
      expect(await journal.putAside('another', ['1'])).toBe('lock lost');
    });
  });

  it('knows from the audit stream whether the last leader released its lock', async () => {
    const lock = { ...redisLockStore(store(), keys, '1'), ...redisLockOverride(store(), keys) };
    const endedCleanly = async (value: string): Promise<boolean> =>
      (await open(value)).endedCleanly;
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
