/** The journal and the dead letters over HTTP, behind a gateway that refuses every request and answer over 1 MB. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { redisDeadLetters } from '../../../../services/adapters/redis/journal/dead-letters.ts';
import { redisUpdateJournal } from '../../../../services/adapters/redis/journal/update-journal.ts';
import { type UpstashStore, upstashStore } from '../../../../services/adapters/redis/upstash-store.ts';
import type { JournalEntry } from '../../../../services/core/updates/journal.ts';
import { type RedisRest, startRedisRest } from '../../../support/redis-backends.ts';
import { type SizeLimitedStore, startSizeLimitedStore } from '../../../support/size-limited-store.ts';
import { entry, keys, openAs, term } from './journal-fixture.ts';

let redis: RedisRest;
let gateway: SizeLimitedStore;
let store: UpstashStore;

beforeAll(async () => {
  redis = await startRedisRest();
  gateway = await startSizeLimitedStore(redis.url);
  store = upstashStore({ url: gateway.url, token: redis.token, timeoutMs: 60_000 });
});
afterAll(async () => {
  await gateway[Symbol.asyncDispose]();
  await redis.stop();
});
beforeEach(async () => {
  await store.command(['FLUSHALL']);
  await store.command(['SET', keys.lock, term.value]);
});

function messages(count: number, text: string): JournalEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    ...entry(900_000_000 + index, index),
    update: { update_id: 900_000_000 + index, message: { chat: { id: index }, text } },
  }));
}

async function write(entries: readonly JournalEntry[]): Promise<void> {
  const journal = redisUpdateJournal(store, keys);
  for (const add of journal.split(entries).pieces)
    expect(await journal.write(term.value, { add, finishedIds: [] })).toBe('written');
}

describe('a store that refuses more than 1 MB', () => {
  it.each([
    ['20,000 updates of 670 bytes', messages(20_000, 'т'.repeat(300))],
    ['100 updates of 12 kB', messages(100, 'x'.repeat(12_000))],
    ['one of 640 kB', messages(1, 'x'.repeat(640_000))],
  ])('takes and returns them all: %s', async (_what, entries) => {
    await write(entries);
    const opened = await openAs(redisUpdateJournal(store, keys));
    expect(opened.entries.length).toBe(entries.length);
    expect(opened.entries.at(-1)).toEqual(entries.at(-1));
    expect(opened.entries.map(({ arrivedIndex }) => arrivedIndex)).toEqual(entries.map((_, index) => index));
    expect(gateway.refused()).toBe(0);
  });

  it('is asked for dead letters in pieces too', async () => {
    await write(messages(100, 'x'.repeat(12_000)));
    await store.command(['RENAME', keys.journal, keys.dead]);
    expect(await redisDeadLetters(store, keys).list()).toHaveLength(100);
    expect(gateway.refused()).toBe(0);
  });
});
