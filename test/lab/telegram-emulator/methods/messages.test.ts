import { describe, expect, it } from 'vitest';
import { Arguments } from '../../../../services/lab/telegram-emulator/arguments.ts';
import { startRig } from '../emulator-fixture.ts';

const refused = (description: string, error_code = 400): unknown => ({ ok: false, error_code, description });

describe('sendMessage', () => {
  it('answers with the message, with growing ids', async () => {
    const rig = startRig();
    const first = await rig.call('sendMessage', { chat_id: 7, text: 'one' });
    const second = await rig.call('sendMessage', { chat_id: '7', text: 'two' });
    expect(first).toMatchObject({
      ok: true,
      result: {
        message_id: 1,
        from: { id: 1000, is_bot: true },
        chat: { id: 7, type: 'private' },
        date: Math.floor(rig.clock.wallMs() / 1000),
        text: 'one',
      },
    });
    expect(second).toMatchObject({ result: { message_id: 2 } });
    expect(rig.state()).toMatchObject({
      sentMessagesTotal: 2,
      sentMessages: [
        { chat_id: 7, text: 'one' },
        { chat_id: 7, text: 'two' },
      ],
    });
  });

  it('gives ids above those of users’ messages, and the chat as in updates', async () => {
    const rig = startRig();
    const chat = { id: 7, type: 'private', first_name: 'Anna', username: 'anna' };
    rig.push({ message: { message_id: 40, chat, text: 'hi' } });
    expect(await rig.call('sendMessage', { chat_id: '@Anna', text: 'x' })).toMatchObject({
      result: { message_id: 41, chat },
    });
  });

  it.each([
    [{ text: 'x' }, 'Bad Request: chat_id is empty'],
    [{ chat_id: 7 }, 'Bad Request: message text is empty'],
    [{ chat_id: 7, text: '' }, 'Bad Request: message text is empty'],
    [{ chat_id: 7, text: ' \n ' }, 'Bad Request: text must be non-empty'],
    [{ chat_id: 7, text: 'x'.repeat(4097) }, 'Bad Request: message is too long'],
    [{ chat_id: 'nobody', text: 'x' }, 'Bad Request: chat not found'],
    [{ chat_id: '@nobody', text: 'x' }, 'Bad Request: chat not found'],
    [{ chat_id: 0, text: 'x' }, 'Bad Request: chat not found'],
    [
      { chat_id: 7, text: 'x', reply_markup: '{' },
      "Bad Request: can't parse reply keyboard markup JSON object",
    ],
    [{ chat_id: 7, text: 'x', reply_markup: '[]' }, 'Bad Request: object expected as reply markup'],
    [
      { chat_id: 7, text: 'x', reply_markup: { inline_keyboard: [{}] } },
      'Bad Request: field "inline_keyboard" must be an Array of Arrays',
    ],
    [{ chat_id: 7, text: 'x', parse_mode: 'RTF' }, 'Bad Request: unsupported parse_mode'],
    [
      { chat_id: 7, text: '<x>', parse_mode: 'HTML' },
      'Bad Request: can\'t parse entities: Unsupported start tag "x" at byte offset 0',
    ],
    [
      { chat_id: 7, text: '<b>x', parse_mode: 'HTML' },
      'Bad Request: can\'t parse entities: Can\'t find end tag corresponding to start tag "b"',
    ],
  ])('refuses %o', async (args, description) => {
    const rig = startRig();
    expect(await rig.call('sendMessage', args)).toEqual(refused(description));
    expect(rig.state().sentMessagesTotal).toBe(0);
  });

  it('accepts a text of 4096 characters, however many bytes', async () => {
    expect(await startRig().call('sendMessage', { chat_id: 7, text: '🙂'.repeat(4096) })).toMatchObject({
      ok: true,
    });
  });

  it('turns HTML into text and entities', async () => {
    const text =
      'a <b>bold <i>both</i></b> <a href="https://e.test/?a=1">link</a> &lt;&amp;&#33; <code></code>&copy;';
    expect(await startRig().call('sendMessage', { chat_id: 7, text, parse_mode: 'HTML' })).toMatchObject({
      result: {
        text: 'a bold both link <&! &copy;',
        entities: [
          { type: 'bold', offset: 2, length: 9 },
          { type: 'italic', offset: 7, length: 4 },
          { type: 'text_link', offset: 12, length: 4, url: 'https://e.test/?a=1' },
        ],
      },
    });
  });

  it('shows the message that it replies to, sent or received, one step deep', async () => {
    const rig = startRig();
    rig.push({ message: { message_id: 40, date: 5, chat: { id: 7, type: 'private' }, text: 'hi' } });
    await rig.call('sendMessage', { chat_id: 7, text: 'one', reply_parameters: { message_id: 40 } });
    const answer = await rig.call('sendMessage', { chat_id: 7, text: 'two', reply_to_message_id: 41 });
    expect(answer.result).toMatchObject({ text: 'two', reply_to_message: { message_id: 41, text: 'one' } });
    expect(answer.result).not.toHaveProperty('reply_to_message.reply_to_message');
    const first = await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_to_message_id: 40 });
    expect(first.result).toMatchObject({ reply_to_message: { message_id: 40, date: 5, text: 'hi' } });
  });

  it('returns an inline keyboard, and keeps every keyboard for the state', async () => {
    const rig = startRig();
    const inline = { inline_keyboard: [[{ text: 'go', url: 'https://e.test/' }]] };
    const keyboard = { keyboard: [['a']] };
    const first = await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_markup: inline });
    const second = await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_markup: keyboard });
    expect(first.result).toMatchObject({ reply_markup: inline });
    expect(second.result).not.toHaveProperty('reply_markup');
    expect(rig.state().sentMessages.map(({ reply_markup }) => reply_markup)).toEqual([inline, keyboard]);
  });

  it('keeps the last 10,000 messages', async () => {
    const rig = startRig();
    for (let index = 0; index <= 10_000; index += 1) {
      void rig.emulator.call({
        token: '1000:secret',
        method: 'sendMessage',
        args: Arguments.of({ chat_id: 7, text: String(index) }),
        client: { name: 'test', gone: new AbortController().signal },
      });
    }
    await rig.clock.settle();
    const { sentMessages, sentMessagesTotal } = rig.state();
    expect([sentMessagesTotal, sentMessages.length, sentMessages[0]?.text]).toEqual([10_001, 10_000, '1']);
  });
});

describe('editing and deleting', () => {
  it('edits text and markup of a sent message', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'one' });
    const edit = { chat_id: 7, message_id: 1, text: 'two' };
    expect(await rig.call('editMessageText', edit)).toMatchObject({ result: { message_id: 1, text: 'two' } });
    expect(await rig.call('editMessageText', edit)).toMatchObject({
      error_code: 400,
      description: expect.stringContaining('Bad Request: message is not modified'),
    });
    const reply_markup = { inline_keyboard: [[{ text: 'a', callback_data: 'b' }]] };
    const markup = await rig.call('editMessageReplyMarkup', { chat_id: 7, message_id: 1, reply_markup });
    expect(markup).toMatchObject({ result: { text: 'two', reply_markup } });
  });

  it('deletes one, once', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'one' });
    expect(await rig.call('deleteMessage', { chat_id: 7, message_id: 1 })).toEqual({
      ok: true,
      result: true,
    });
    expect(rig.state().sentMessages).toMatchObject([{ deleted: true }]);
    expect(await rig.call('editMessageText', { chat_id: 7, message_id: 1, text: 'x' })).toEqual(
      refused('Bad Request: message to edit not found'),
    );
  });

  it('refuses to edit a message of a user', async () => {
    const rig = startRig();
    rig.push({ message: { message_id: 40, chat: { id: 7, type: 'private' }, text: 'hi' } });
    expect(await rig.call('editMessageText', { chat_id: 7, message_id: 40, text: 'x' })).toEqual(
      refused("Bad Request: message can't be edited"),
    );
  });

  it.each([
    ['editMessageText', 'Bad Request: message to edit not found'],
    ['editMessageReplyMarkup', 'Bad Request: message to edit not found'],
    ['deleteMessage', 'Bad Request: message to delete not found'],
  ])('%s refuses a message that never was', async (method, description) => {
    const answer = await startRig().call(method, { chat_id: 7, message_id: 99, text: 'x' });
    expect(answer).toEqual(refused(description));
  });
});
