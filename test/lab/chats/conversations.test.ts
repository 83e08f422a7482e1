import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom as random } from '../../../services/adapters/system-random.ts';
import { Conversations } from '../../../services/lab/chats/conversations.ts';
import { people } from '../../../services/lab/chats/people.ts';
import {
  type RunningEmulator,
  startTelegramEmulator,
} from '../../../services/lab/telegram-emulator/server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const token = '77:conversations';
const [anna] = people;
if (anna === undefined) throw new Error('the lab has no people');

describe('Conversations', () => {
  let emulator: RunningEmulator;
  let conversations: Conversations;

  beforeEach(async () => {
    emulator = await startTelegramEmulator();
    conversations = new Conversations({ emulator, token, clock: new VirtualClock(), random });
  });

  afterEach(() => emulator.close());

  async function call<T>(method: string, parameters: unknown): Promise<T> {
    const response = await fetch(`${emulator.url}/bot${token}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(parameters),
    });
    return ((await response.json()) as { result: T }).result;
  }

  const messages = () => conversations.all().find(({ person }) => person.id === anna.id)?.messages ?? [];
  const keyboard = { inline_keyboard: [[{ text: 'Yes', callback_data: 'yes' }]] };

  it('delivers what a person writes as Telegram would', async () => {
    conversations.say(anna, '/start now', 'ru');
    const [update] = await call<Record<string, unknown>[]>('getUpdates', {});
    expect(update?.['message']).toMatchObject({
      text: '/start now',
      from: { id: anna.id, language_code: 'ru', is_bot: false },
      chat: { id: anna.id, type: 'private' },
      entities: [{ type: 'bot_command', offset: 0, length: 6 }],
    });
  });

  it('shows a message as waiting until a worker has confirmed it', async () => {
    conversations.say(anna, 'hello', 'en');
    const [update] = await call<{ update_id: number }[]>('getUpdates', {});
    expect(messages()).toMatchObject([{ text: 'hello', waiting: true }]);
    await call('getUpdates', { offset: (update?.update_id ?? 0) + 1 });
    expect(messages()).toMatchObject([{ text: 'hello', waiting: false }]);
  });

  it('shows a message that ops dropped as dropped, not as waiting forever', async () => {
    conversations.say(anna, 'taken', 'en');
    const [update] = await call<{ update_id: number }[]>('getUpdates', {});
    await call('getUpdates', { offset: (update?.update_id ?? 0) + 1 });
    conversations.say(anna, 'thrown away', 'en');
    await call('deleteWebhook', { drop_pending_updates: true });
    expect(messages()).toMatchObject([
      { text: 'taken', waiting: false, dropped: false },
      { text: 'thrown away', waiting: false, dropped: true },
    ]);
  });

  it('shows the messages that the bot sends, edits and deletes', async () => {
    const { message_id } = await call<{ message_id: number }>('sendMessage', {
      chat_id: anna.id,
      text: 'one',
    });
    expect(messages()).toMatchObject([{ from: 'bot', text: 'one', edited: false }]);
    await call('editMessageText', { chat_id: anna.id, message_id, text: 'two' });
    expect(messages()).toMatchObject([{ from: 'bot', text: 'two', edited: true }]);
    await call('deleteMessage', { chat_id: anna.id, message_id });
    expect(messages()).toEqual([]);
  });

  it('keeps people’s and the bot’s message numbers apart', async () => {
    conversations.say(anna, 'a', 'en');
    await call('sendMessage', { chat_id: anna.id, text: 'b' });
    conversations.say(anna, 'c', 'en');
    await call('sendMessage', { chat_id: anna.id, text: 'd' });
    expect(messages().map(({ text }) => text)).toEqual(['a', 'b', 'c', 'd']);
    expect(new Set(messages().map(({ id }) => id)).size).toBe(4);
  });

  it('presses an existing button, and shows the answer', async () => {
    const { message_id } = await call<{ message_id: number }>('sendMessage', {
      chat_id: anna.id,
      text: 'sure?',
      reply_markup: keyboard,
    });
    expect(conversations.press(anna, message_id, 'no', 'en')).toBe(false);
    expect(conversations.press(anna, message_id, 'yes', 'en')).toBe(true);
    const [update] = await call<{ callback_query: { id: string; data: string } }[]>('getUpdates', {});
    expect(update?.callback_query).toMatchObject({ data: 'yes', from: { id: anna.id } });
    await call('answerCallbackQuery', { callback_query_id: update?.callback_query.id, text: 'Noted' });
    expect(conversations.all()[0]?.toast?.text).toBe('Noted');
  });

  it('drops old messages, and ignores chats of other people', async () => {
    for (let at = 0; at < 250; at += 1) conversations.say(anna, `message ${at}`, 'en');
    await call('sendMessage', { chat_id: 99, text: 'to a stranger' });
    expect(messages()).toHaveLength(200);
    expect(messages().at(-1)?.text).toBe('message 249');
    expect(JSON.stringify(conversations.all())).not.toContain('stranger');
  });
});
