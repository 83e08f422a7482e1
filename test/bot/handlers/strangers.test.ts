/** What people try who write to the bot and are no superadmins, or who sit in a group with one. */
import { beforeEach, describe, expect, it } from 'vitest';
import { shippedCommands } from '../../../services/bot/handlers/commands.ts';
import type { InboxStore } from '../../../services/core/alerts/inbox-store.ts';
import { readHeartbeat } from '../../../services/core/lease/heartbeat.ts';
import { lockValue } from '../../../services/core/lease/lock-value.ts';
import type { BotObservation } from '../../../services/core/monitor/outage-store.ts';
import { Conversation } from './conversation.ts';

const boss = { id: 77, is_bot: false, first_name: 'Boss' };
const stranger = { id: 5, is_bot: false, first_name: 'Anna' };
/** Whom Telegram names as the sender when an administrator writes as the group. */
const groupAnonymousBot = { id: 1087968824, is_bot: true, first_name: 'Group' };
const group = { id: -7, title: 'Staff', type: 'supergroup' };
const channel = { id: -8, title: 'News', type: 'channel' };
const home = { id: 5, first_name: 'Anna', type: 'private' };

const command = (text: string) => ({
  ...{ message_id: 1, date: 1, text },
  entities: [{ type: 'bot_command', offset: 0, length: text.split(' ', 1)[0]?.length ?? 0 }],
});
const press = (data: string, from: object, chat: object) => ({
  callback_query: {
    ...{ id: 'q', chat_instance: '1', from, data },
    message: { message_id: 2, date: 1, chat, text: 'before' },
  },
});

const updates: Readonly<Record<string, object>> = {
  'a stranger': { message: { ...command('/status'), from: stranger, chat: home } },
  'a stranger for the inbox': { message: { ...command('/notifications'), from: stranger, chat: home } },
  'a member of the group': { message: { ...command('/status@staff_bot'), from: stranger, chat: group } },
  'a superadmin in the group': { message: { ...command('/status'), from: boss, chat: group } },
  'a superadmin in the group for the inbox': {
    message: { ...command('/notifications'), from: boss, chat: group },
  },
  'an administrator who writes as the group': {
    message: { ...command('/status'), from: groupAnonymousBot, sender_chat: group, chat: group },
  },
  'a stranger who forwards a superadmin': {
    message: {
      ...command('/status'),
      ...{ from: stranger, chat: home },
      ...{ forward_origin: { type: 'user', sender_user: boss, date: 1 }, forward_from: boss },
    },
  },
  'a stranger who answers a superadmin': {
    message: {
      ...command('/status'),
      ...{ from: stranger, chat: group },
      reply_to_message: { ...command('/status'), from: boss, chat: group },
    },
  },
  'a message without a sender': { message: { ...command('/status'), chat: group } },
  'a post in a channel': { channel_post: { ...command('/status'), sender_chat: channel, chat: channel } },
  'a stranger whose name is the superadmin’s number': {
    message: { ...command('/status'), from: { ...stranger, first_name: '77', username: '77' }, chat: home },
  },
  'a number that is the superadmin’s as text': {
    message: { ...command('/status'), from: { ...stranger, id: '77 ' }, chat: home },
  },
  'a stranger at the button of the inbox': press('inbox:page:0', stranger, home),
  'a stranger who marks it as read': press('inbox:read:0', stranger, home),
  'a superadmin who marks it as read in the group': press('inbox:read:0', boss, group),
  'a stranger at a button of a message inline': {
    callback_query: {
      ...{ id: 'q', chat_instance: '1', from: stranger },
      data: 'inbox:page:0',
      inline_message_id: 'i',
    },
  },
  'a superadmin at a button of a message inline': {
    callback_query: {
      ...{ id: 'q', chat_instance: '1', from: boss },
      data: 'inbox:read:0',
      inline_message_id: 'i',
    },
  },
};

let conversation: Conversation;
let touched: string[];
beforeEach(() => {
  touched = [];
  const inbox: InboxStore = {
    push: async () => true,
    list: async (id) => {
      touched.push(`list ${id}`);
      return { entries: [], total: 0 };
    },
    markRead: async (id) => touched.push(`read ${id}`),
  };
  const holder = { host: 'secret-host', pid: 4321, env: 'production', ts: '', owner: 'o' };
  const observed = {
    ...{ nowMs: 0, epoch: 1, memory: {}, handlers: undefined },
    held: { value: lockValue(holder), ttlMs: 5400 },
    heartbeat: readHeartbeat('{"ts":"2026-03-02T01:19:18.000Z"}'),
  };
  conversation = new Conversation(
    shippedCommands({
      ...{ superadminIds: [String(boss.id)], fallbackLocale: 'en', inbox },
      observe: async () => {
        touched.push('status');
        return observed as unknown as BotObservation;
      },
      pendingUpdates: async () => 98_765,
    }),
  );
});

describe('door: the bot in Telegram', () => {
  it.each(Object.keys(updates))('shows nothing and changes nothing for %s', async (name) => {
    await conversation.handle(updates[name] ?? {});
    expect(touched).toEqual([]);
    expect(JSON.stringify(conversation.calls)).not.toMatch(/secret-host|4321|98765/);
  });

  it('answers the superadmin in private', async () => {
    expect(await conversation.say('/status', { from: boss.id })).toMatch(/secret-host.*4321[\s\S]*98765/);
    await conversation.press('inbox:read:0', { from: boss.id });
    expect(touched).toContain(`read ${boss.id}`);
  });
});
