import { beforeEach, describe, expect, it } from 'vitest';
import { formatOf, readLine, writeLine } from '../../../../services/adapters/redis/journal/journal-line.ts';
import { redisUpdateJournal } from '../../../../services/adapters/redis/journal/update-journal.ts';
import { redisLockStore } from '../../../../services/adapters/redis/lease/lock-store.ts';
import type { ScriptRunner } from '../../../../services/adapters/redis/lua-scripts.ts';
import type { JournalEntry, JournalIds, UpdateJournal } from '../../../../services/core/updates/journal.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';
import { travelBytes } from '../../../support/travel-bytes.ts';
import { alone, type Change, entry, keys, openAs, term, writeTo } from './journal-fixture.ts';

const limit = { attemptsMax: 3, finishedIds: [], tombstoneIds: [] };

describe('a line', () => {
  it.each([
    ['unfinished', entry(7, 2)],
    ['put back', { ...entry(7, 2), attempt: 0, countedEpoch: 0 }],
    ['a tombstone', { ...entry(7, 2), attempt: 'ended' as const }],
    ['tried beside others', { ...entry(7, 2), attempt: 2, triedBesideOthers: true as const }],
  ])('is read as it was written: %s', (_what, one) => {
    expect(readLine('7', writeLine(one))).toEqual(one);
  });

  it.each([
    ['1 1 1 0 {"update_id":7}', 1],
    ['v2 1 1 1 0 {"update_id":7}', 2],
    ['v13 anything', 13],
    ['v2', 1],
    ['', 1],
  ])('has a format: %s', (line, format) => {
    expect(formatOf(line)).toBe(format);
    expect(readLine('7', line) === 'newer').toBe(format > 1);
  });
});

describeOnEachStore('the journal', (store) => {
  let journal: UpdateJournal;

  beforeEach(async () => {
    journal = redisUpdateJournal(store(), keys);
    await store().command('SET', keys.lock, term.value);
  });

  const write = (change: Change) => writeTo(journal, change);
  const open = () => openAs(journal);

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
      const first = (await journal.list(term.value, '')) as JournalIds;
      const rest = (await journal.list(term.value, first.next ?? '')) as JournalIds;
      expect([...first.ids, ...rest.ids.toSorted()]).toEqual(ids);
      expect([first.next, rest.next]).toEqual([first.ids.at(-1), undefined]);
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
});
