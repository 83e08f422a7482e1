import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Conversations } from '../../../services/lab/chats/conversations.ts';
import { readPageAct } from '../../../services/lab/chats/page-acts.ts';
import { people } from '../../../services/lab/chats/people.ts';
import {
  type RunningEmulator,
  startTelegramEmulator,
} from '../../../services/lab/telegram-emulator/server.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { png } from '../telegram-emulator/files/image-fixture.ts';

const token = '77:conversations';
const [anna] = people;
if (anna === undefined) throw new Error('the lab has no people');

describe('Conversations', () => {
  let emulator: RunningEmulator;
  let conversations: Conversations;

  beforeEach(async () => {
    emulator = await startTelegramEmulator();
    conversations = new Conversations({ emulator, token, clock: new VirtualClock() });
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

  const image = { name: 'a.png', mimeType: 'image/png', bytes: png(640, 480) };

  it('sends files as a phone does: an album, its caption with the first', async () => {
    const page = { name: 'a.pdf', mimeType: 'application/pdf', bytes: Buffer.from('x') };
    conversations.sendFiles(anna, [image, image, page], 'look', 'en');
    const updates = await call<{ message: Record<string, unknown> }[]>('getUpdates', {});
    const [first, second, third] = updates.map(({ message }) => message);
    expect(first).toMatchObject({
      caption: 'look',
      media_group_id: expect.any(String),
      from: { id: anna.id },
    });
    expect(first?.['photo']).toMatchObject([{ width: 90 }, { width: 320 }, { width: 640 }]);
    expect(second?.['media_group_id']).toBe(first?.['media_group_id']);
    expect(third).toMatchObject({ document: { file_name: 'a.pdf' } });
    expect(third).not.toHaveProperty('media_group_id');
    expect(messages()).toMatchObject([
      { text: 'look', waiting: true, attachments: [{ kind: 'photo', width: 640 }] },
      { text: '', albumId: messages()[0]?.albumId },
      { albumId: null, attachments: [{ kind: 'document', name: 'a.pdf' }] },
    ]);
  });

  it('sends nothing if Telegram refuses one of the files', async () => {
    const broken = { ...image, bytes: Buffer.from('no image') };
    expect(() => conversations.sendFiles(anna, [image, broken], '', 'en')).toThrow('IMAGE_PROCESS_FAILED');
    expect(await call('getUpdates', {})).toEqual([]);
    expect(messages()).toEqual([]);
  });

  it('shows what the bot sends, and gives out its bytes', async () => {
    conversations.send(anna, { location: { latitude: 1, longitude: 2 } }, 'en');
    const form = new FormData();
    form.append('chat_id', String(anna.id));
    form.append('caption', 'words');
    form.append('voice', new Blob(['sound']), 'a.ogg');
    await fetch(`${emulator.url}/bot${token}/sendVoice`, { method: 'POST', body: form });
    expect(messages()).toMatchObject([
      { from: 'person', attachments: [{ kind: 'location', latitude: 1 }] },
      { from: 'bot', text: 'words', attachments: [{ kind: 'voice', mimeType: 'audio/ogg' }] },
    ]);
    const attachment = messages()[1]?.attachments[0];
    const fileId = attachment !== undefined && 'fileId' in attachment ? attachment.fileId : '';
    expect(conversations.file(fileId)?.bytes.toString()).toBe('sound');
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
    expect(update?.callback_query).toMatchObject({
      data: 'yes',
      from: { id: anna.id },
      message: { message_id, from: { is_bot: true }, text: 'sure?', reply_markup: keyboard },
    });
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

  const poll = { chat_id: anna.id, question: 'Lunch?', options: ['yes', 'no'] };

  it('shows a poll; a second press on an option takes the vote back', async () => {
    const { message_id } = await call<{ message_id: number }>('sendPoll', poll);
    const counts = (): unknown => messages()[0]?.poll?.options.map(({ count }) => count);
    expect(messages()).toMatchObject([
      { text: '', poll: { question: 'Lunch?', closed: false, options: [{ text: 'yes' }, { text: 'no' }] } },
    ]);
    const vote = (option: number): boolean =>
      conversations.act(anna, message_id, { act: 'vote', option }, 'en');
    expect([vote(0), counts(), messages()[0]?.edited]).toEqual([true, [1, 0], false]);
    expect([vote(1), counts()]).toEqual([true, [0, 1]]);
    expect([vote(1), counts()]).toEqual([true, [0, 0]]);
    expect(vote(5)).toBe(false);
    await call('stopPoll', { chat_id: anna.id, message_id });
    expect(messages()).toMatchObject([{ poll: { closed: true } }]);
    expect(vote(0)).toBe(false);
  });

  it('in a poll with several answers each press adds one', async () => {
    const { message_id } = await call<{ message_id: number }>('sendPoll', {
      ...poll,
      allows_multiple_answers: true,
    });
    for (const option of [1, 0]) conversations.act(anna, message_id, { act: 'vote', option }, 'en');
    expect(messages()[0]?.poll?.options.map(({ count }) => count)).toEqual([1, 1]);
  });

  it('shows the reactions of both, also after an edit', async () => {
    const { message_id } = await call<{ message_id: number }>('sendMessage', {
      chat_id: anna.id,
      text: 'hi',
    });
    const react = (): boolean => conversations.act(anna, message_id, { act: 'react', emoji: '👍' }, 'en');
    react();
    const reaction = [{ type: 'emoji', emoji: '🔥' }];
    await call('setMessageReaction', { chat_id: anna.id, message_id, reaction });
    await call('editMessageText', { chat_id: anna.id, message_id, text: 'bye' });
    expect(messages()).toMatchObject([{ text: 'bye', reactions: ['👍', '🔥'] }]);
    react();
    expect(messages()).toMatchObject([{ reactions: ['🔥'] }]);
  });

  it('shows a dice and an invoice with its button, which pays', async () => {
    await call('sendDice', { chat_id: anna.id });
    const { message_id } = await call<{ message_id: number }>('sendInvoice', {
      chat_id: anna.id,
      title: 'Tea',
      description: 'A cup',
      payload: 'tea',
      currency: 'XTR',
      prices: [{ label: 'Tea', amount: 5 }],
    });
    expect(messages()).toMatchObject([
      { text: expect.stringMatching(/^🎲 [1-6]$/) },
      { text: 'Tea: A cup', buttons: [[{ pays: true }]] },
    ]);
    expect(conversations.act(anna, message_id, { act: 'pay' }, 'en')).toBe(true);
    const [update] = await call<Record<string, unknown>[]>('getUpdates', {});
    expect(update).toMatchObject({ pre_checkout_query: { from: { id: anna.id } } });
    expect(conversations.act(anna, 99, { act: 'pay' }, 'en')).toBe(false);
  });

  it.each([
    [{ act: 'dance' }, 'act: expected vote, react or pay'],
    [{ act: 'vote' }, 'option: expected the number of an option'],
    [{ act: 'react' }, 'emoji: expected a text'],
  ])('the page may not ask for %o', (body, line) => {
    expect(readPageAct(body)).toBe(line);
    expect(readPageAct({ act: 'vote', option: 1 })).toEqual({ act: 'vote', option: 1 });
  });
});
