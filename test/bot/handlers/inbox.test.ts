import { beforeEach, describe, expect, it } from 'vitest';
import { shippedCommands } from '../../../services/bot/handlers/commands.ts';
import type { InboxEntry } from '../../../services/core/alerts/inbox-entry.ts';
import type { InboxStore } from '../../../services/core/alerts/inbox-store.ts';
import { Conversation } from './conversation.ts';

const superadmin = { from: 77 };
let entries: InboxEntry[];
let conversation: Conversation;
beforeEach(() => {
  entries = Array.from({ length: 12 }, (_, index) => entry(12 - index));
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
  conversation = new Conversation(
    shippedCommands({
      superadminIds: ['77'],
      fallbackLocale: 'en',
      inbox,
      observe: () => Promise.reject(new Error('not here')),
      pendingUpdates: async () => undefined,
    }),
  );
});

function entry(number: number): InboxEntry {
  const ts = `2026-03-${String(number).padStart(2, '0')}T01:18:44.000Z`;
  const common = { type: 'SYSTEM_MAINTENANCE', priority: 'URGENT' as const, read: number < 12 };
  return { ...common, id: `n${number}`, title: `Title ${number}`, text: `Text ${number}`, ts };
}

const open = () => conversation.say('/notifications', superadmin);
const press = (data: string) => conversation.press(data, superadmin);
const buttonData = () => conversation.buttons().map(({ callback_data }) => callback_data);

describe('/notifications', () => {
  it('shows the five newest entries, marks the unread and shows times as people read them', async () => {
    const text = await open();
    expect(text?.split('\n\n').slice(0, 3)).toEqual([
      'Notifications, page 1 of 3',
      '● Title 12\n2026-03-12 01:18 UTC\nText 12',
      'Title 11\n2026-03-11 01:18 UTC\nText 11',
    ]);
    expect(text).not.toContain('Title 7');
    expect(buttonData()).toEqual(['inbox:page:1', 'inbox:read:0']);
  });

  it('turns pages with the buttons, in both directions', async () => {
    expect(await press('inbox:page:1')).toContain('Title 7');
    expect(buttonData()).toEqual(['inbox:page:0', 'inbox:page:2', 'inbox:read:1']);
    expect(await press('inbox:page:2')).toContain('Title 1\n');
    expect(buttonData()).toEqual(['inbox:page:1', 'inbox:read:2']);
  });

  it('shows the last page if an old button leads past it', async () => {
    entries = entries.slice(0, 6);
    expect(await press('inbox:page:9')).toContain('page 2 of 2');
  });

  it('says that the inbox is empty, without buttons', async () => {
    entries = [];
    expect(await open()).toBe('No notifications.');
    expect(conversation.buttons()).toEqual([]);
  });

  it('marks everything as read and shows the same page again', async () => {
    expect(await press('inbox:read:0')).not.toContain('●');
    expect(conversation.calls.map(({ method }) => method)).toEqual([
      'answerCallbackQuery',
      'editMessageText',
    ]);
    expect(conversation.calls[0]?.payload).toMatchObject({ text: 'Marked as read' });
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
    conversation.refusal = {
      method: 'editMessageText',
      message: '400: Bad Request: message is not modified',
    };
    await press('inbox:page:1');
    conversation.refusal = { method: 'editMessageText', message: '400: Bad Request: chat not found' };
    await expect(press('inbox:page:1')).rejects.toThrow('chat not found');
  });

  it.each(['/notifications', 'inbox:page:0', 'inbox:read:0'])(
    'refuses %s to everybody else',
    async (what) => {
      if (what.startsWith('/')) await conversation.say(what, { from: 5 });
      else await conversation.press(what, { from: 5 });
      const [{ method, payload } = { method: '', payload: {} }] = conversation.calls;
      expect(method).toBe('sendMessage');
      expect(payload['text']).toContain('for superadmins');
      expect(entries.some(({ read }) => !read)).toBe(true);
    },
  );
});
