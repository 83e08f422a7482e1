import { beforeEach, expect, it } from 'vitest';
import { redisInboxStore } from '../../../../services/adapters/redis/inbox/inbox-store.ts';
import type { InboxEntry } from '../../../../services/core/alerts/inbox-entry.ts';
import type { InboxStore } from '../../../../services/core/alerts/inbox-store.ts';
import { storeKeys } from '../../../../services/core/platform/store-keys.ts';
import { describeOnEachStore } from '../../../support/redis-backends.ts';

const keys = storeKeys('p:');
const notification = (id: string): InboxEntry => ({
  id,
  type: 'SYSTEM_MAINTENANCE',
  priority: 'URGENT',
  title: '🔴 Бот молчит',
  text: 'Причина: "кавычки" и\nстроки',
  ts: '2026-03-01T03:00:00.000Z',
  read: false,
});

describeOnEachStore('the inbox', (store) => {
  let inbox: InboxStore;
  beforeEach(() => {
    const command = (args: readonly [string, ...string[]]) => store().command(...args);
    inbox = redisInboxStore({ run: store().run, command }, keys);
  });
  const ids = async (skip = 0, count = 200) =>
    (await inbox.list('101', { skip, count })).entries.map(({ id }) => id);

  it('returns entries unchanged, newest first', async () => {
    expect(await inbox.push('101', notification('a'))).toBe(true);
    expect(await inbox.push('101', notification('b'))).toBe(true);
    const page = await inbox.list('101', { skip: 0, count: 10 });
    expect(page).toEqual({ entries: [notification('b'), notification('a')], total: 2 });
    expect(await inbox.list('102', { skip: 0, count: 10 })).toEqual({ entries: [], total: 0 });
  });

  it('stores an entry once, even if it was read in between', async () => {
    await inbox.push('101', notification('a'));
    await inbox.markRead('101');
    expect(await inbox.push('101', notification('a'))).toBe(false);
    expect(await ids()).toEqual(['a']);
  });

  it('treats an id that only begins like another as new', async () => {
    await inbox.push('101', notification('outage-1:reminder-1'));
    expect(await inbox.push('101', notification('outage-1:reminder-10'))).toBe(true);
    expect(await inbox.push('101', notification('outage-1:reminder'))).toBe(true);
  });

  it('keeps the newest 100 entries', async () => {
    for (let i = 0; i < 103; i += 1) await inbox.push('101', notification(`n${i}`));
    expect((await ids()).length).toBe(100);
    expect((await ids(0, 1))[0]).toBe('n102');
    expect((await ids(99, 1))[0]).toBe('n3');
  });

  it('pages', async () => {
    for (const id of ['a', 'b', 'c']) await inbox.push('101', notification(id));
    expect(await ids(1, 1)).toEqual(['b']);
    expect(await ids(3, 5)).toEqual([]);
  });

  it('marks one or all entries as read and returns how many it marked', async () => {
    for (const id of ['a', 'b', 'c']) await inbox.push('101', notification(id));
    expect(await inbox.markRead('101', ['b'])).toBe(1);
    expect(await inbox.markRead('101', ['b', 'nobody'])).toBe(0);
    expect(await inbox.markRead('101', [])).toBe(0);
    const read = (await inbox.list('101', { skip: 0, count: 9 })).entries.filter((one) => one.read);
    expect(read).toEqual([{ ...notification('b'), read: true }]);
    expect(await inbox.markRead('101')).toBe(2);
    expect(await inbox.markRead('101')).toBe(0);
  });

  it('skips foreign values and leaves them untouched', async () => {
    await inbox.push('101', notification('a'));
    await store().command('LPUSH', keys.notifications('101'), 'not json');
    expect(await ids()).toEqual(['a']);
    expect(await inbox.markRead('101')).toBe(1);
    expect(await store().command('LINDEX', keys.notifications('101'), '0')).toBe('not json');
  });
});
