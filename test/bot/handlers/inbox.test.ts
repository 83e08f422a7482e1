import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { shippedCommands } from '../../../services/bot/handlers/commands.ts';
import type { InboxEntry } from '../../../services/core/alerts/inbox-entry.ts';
import type { InboxStore } from '../../../services/core/alerts/inbox-store.ts';
import { type Chat, startTestBot, type TestBot } from '../../../services/testing/index.ts';

let entries: InboxEntry[];
let bot: TestBot;
/** A superadmin; each test has a chat of its own, with no message yet. */
let boris: Chat;

const inbox: InboxStore = {
  push: async () => true,
  list: async (_id, { skip, count }) => ({
    entries: entries.slice(skip, skip + count),
    total: entries.length,
  }),
  markRead: async () => {
    entries = entries.map((one) => ({ ...one, read: true }));
    return entries.length;
  },
};
const superadmins = Array.from({ length: 20 }, (_, index) => 70 + index);
let lastSuperadmin = 0;

beforeAll(async () => {
  const handlers = shippedCommands({
    superadminIds: superadmins.map(String),
    fallbackLocale: 'en',
    inbox,
    observe: () => Promise.reject(new Error('not here')),
    pendingUpdates: async () => undefined,
  });
  bot = await startTestBot({ handlers, shippedCommands: false });
});
afterAll(() => bot.stop());
beforeEach(() => {
  entries = Array.from({ length: 12 }, (_, index) => entry(12 - index));
  boris = bot.person('Boris', { id: superadmins[lastSuperadmin++] ?? 0 });
});

function entry(number: number): InboxEntry {
  const ts = `2026-03-${String(number).padStart(2, '0')}T01:18:44.000Z`;
  const common = { type: 'SYSTEM_MAINTENANCE', priority: 'URGENT' as const, read: number < 12 };
  return { ...common, id: `n${number}`, title: `Title ${number}`, text: `Text ${number}`, ts };
}

const open = async () => (await boris.say('/notifications')).text;
const press = async (label: string) => (await boris.press(label)).text;
const labels = () => boris.sent().at(-1)?.buttons.flat();

describe('/notifications', () => {
  it('shows the five newest entries, marks the unread and shows times as people read them', async () => {
    const text = await open();
    expect(text?.split('\n\n').slice(0, 3)).toEqual([
      'Notifications, page 1 of 3',
      '● Title 12\n2026-03-12 01:18 UTC\nText 12',
      'Title 11\n2026-03-11 01:18 UTC\nText 11',
    ]);
    expect(text).not.toContain('Title 7');
    expect(labels()).toEqual(['Older →', 'Mark as read']);
  });

  it('turns pages with the buttons, in both directions', async () => {
    await open();
    expect(await press('Older →')).toContain('Title 7');
    expect(labels()).toEqual(['← Newer', 'Older →', 'Mark as read']);
    expect(await press('Older →')).toContain('Title 1\n');
    expect(labels()).toEqual(['← Newer', 'Mark as read']);
    expect(await press('← Newer')).toContain('Title 7');
    expect(boris.sent()).toHaveLength(1);
  });

  it('shows the last page if a button leads past it by now', async () => {
    await open();
    await press('Older →');
    entries = entries.slice(0, 6);
    expect(await press('Older →')).toContain('page 2 of 2');
  });

  it('says that the inbox is empty, without buttons', async () => {
    entries = [];
    expect(await open()).toBe('No notifications.');
    expect(labels()).toEqual([]);
  });

  it('marks everything as read and shows the same page again', async () => {
    await open();
    const { text, messages, notice } = await boris.press('Mark as read');
    expect(text).not.toContain('●');
    expect(messages.map(({ isEdit }) => isEdit)).toEqual([true]);
    expect(notice).toBe('Marked as read');
  });

  it('cuts long texts so that a page fits into one message', async () => {
    entries = entries.map((one) => ({ ...one, text: 'x'.repeat(5000) }));
    const text = await open();
    expect(text?.length).toBeLessThan(4096);
    expect(text).toContain(`${'x'.repeat(600)}…`);
  });

  it('shows a foreign time unchanged', async () => {
    entries = [{ ...entry(1), ts: 'yesterday' }];
    expect(await open()).toContain('Title 1\nyesterday\nText 1');
  });

  it('accepts a second press of the same button, which changes nothing', async () => {
    await open();
    await press('Mark as read');
    expect(await boris.press('Mark as read')).toMatchObject({ messages: [], notice: 'Marked as read' });
    bot.fault({ method: 'editMessageText', kind: '400-chat-not-found', times: 1 });
    await expect(press('Older →')).rejects.toThrow('chat not found');
  });

  it('refuses everybody else', async () => {
    const anna = bot.person('Anna');
    expect((await anna.say('/notifications')).text).toContain('for superadmins');
    for (const data of ['inbox:page:0', 'inbox:read:0']) {
      expect((await anna.press({ data })).notice).toContain('for superadmins');
    }
    expect(entries.some(({ read }) => !read)).toBe(true);
  });
});
