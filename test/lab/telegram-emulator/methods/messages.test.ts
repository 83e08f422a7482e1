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
    [{ chat_id: 7, text: 'x', reply_markup: '[]' }, 'Bad Request: object expected as reply markup'],
    [
      { chat_id: 7, text: 'x', link_preview_options: '{' },
      "Bad Request: can't parse link preview options JSON object",
    ],
    [
      { chat_id: 7, text: 'x', link_preview_options: [] },
      'Bad Request: object expected as link preview options',
    ],
    [
      { chat_id: 7, text: 'x', link_preview_options: { is_disabled: 1 } },
      'Bad Request: field "is_disabled" must be of type Boolean',
    ],
    [{ chat_id: 7, text: 'x', parse_mode: 'RTF' }, 'Bad Request: unsupported parse_mode'],
    [
      { chat_id: 7, text: `<b>${' '.repeat(9)}</b>`, parse_mode: 'HTML' },
      'Bad Request: text must be non-empty',
    ],
    [
      { chat_id: 7, text: 'a.b', parse_mode: 'MarkdownV2' },
      "Bad Request: can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ],
    [{ chat_id: 7, text: 'x', reply_to_message_id: 99 }, 'Bad Request: message to be replied not found'],
    [
      { chat_id: 7, text: 'x', reply_parameters: '{' },
      "Bad Request: can't parse reply parameters JSON object",
    ],
    [{ chat_id: 7, text: 'x', reply_parameters: null }, 'Bad Request: object expected as reply parameters'],
    [
      { chat_id: 7, text: 'x', reply_parameters: { quote: 'y' } },
      'Bad Request: can\'t find field "message_id"',
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

  it.each([
    [
      { link_preview_options: { is_disabled: true, url: 'https://e.test' } },
      { is_disabled: true, url: 'https://e.test' },
    ],
    [{ disable_web_page_preview: true }, { is_disabled: true }],
    [{ link_preview_options: {} }, undefined],
  ])('keeps %o', async (args, link_preview_options) => {
    const { result } = await startRig().call('sendMessage', { chat_id: 7, text: 'x', ...args });
    expect((result as Record<string, unknown>)['link_preview_options']).toEqual(link_preview_options);
  });

  it('counts the limit after the markup is gone', async () => {
    const text = `<b>${'x'.repeat(4096)}</b>`;
    expect(await startRig().call('sendMessage', { chat_id: 7, text, parse_mode: 'HTML' })).toMatchObject({
      ok: true,
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

  it('is sent without a reply if it may be', async () => {
    const reply_parameters = { message_id: 99, allow_sending_without_reply: true };
    const { result } = await startRig().call('sendMessage', { chat_id: 7, text: 'x', reply_parameters });
    expect(result).toMatchObject({ text: 'x' });
    expect(result).not.toHaveProperty('reply_to_message');
  });

  it('quotes what is in the message, and only that', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'red green blue' });
    const reply = (quote: string): Record<string, unknown> => ({
      chat_id: 7,
      text: 'x',
      reply_parameters: { message_id: 1, quote, quote_parse_mode: 'HTML' },
    });
    expect(await rig.call('sendMessage', reply('<b>green</b>'))).toMatchObject({
      result: {
        quote: {
          text: 'green',
          position: 4,
          is_manual: true,
          entities: [{ type: 'bold', offset: 0, length: 5 }],
        },
        reply_to_message: { message_id: 1 },
      },
    });
    expect(await rig.call('sendMessage', reply('yellow'))).toEqual(
      refused('Bad Request: QUOTE_TEXT_INVALID'),
    );
  });

  it('replies to a message of another chat', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 8, text: 'there' });
    const reply_parameters = { message_id: 1, chat_id: 8 };
    const { result } = await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_parameters });
    expect(result).toMatchObject({ external_reply: { chat: { id: 8 }, message_id: 1 } });
    expect(result).not.toHaveProperty('reply_to_message');
  });

  it('a person’s reply carries the whole message that it answers', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'Your name?' });
    const chat = { id: 7, type: 'private' };
    rig.push({ message: { message_id: 2, chat, text: 'Anna', reply_to_message: { message_id: 1, chat } } });
    const { result } = await rig.call('getUpdates');
    expect(result).toMatchObject([
      { message: { text: 'Anna', reply_to_message: { text: 'Your name?', from: { id: 1000 } } } },
    ]);
    await rig.call('sendMessage', { chat_id: 7, text: 'Really?', reply_to_message_id: 2 });
    rig.push({ message: { message_id: 4, chat, text: 'Yes', reply_to_message: { message_id: 3, chat } } });
    const [last] = (await rig.call('getUpdates', { offset: -1 })).result as object[];
    expect(last).toMatchObject({ message: { reply_to_message: { text: 'Really?' } } });
    expect(last).not.toHaveProperty('message.reply_to_message.reply_to_message');
  });

  it('returns an inline keyboard, and keeps every keyboard for the state', async () => {
    const rig = startRig();
    const inline = { inline_keyboard: [[{ text: 'go', url: 'https://e.test/' }]] };
    const keyboard = { keyboard: [['a']] };
    const first = await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_markup: inline });
    const second = await rig.call('sendMessage', { chat_id: 7, text: 'x', reply_markup: keyboard });
    expect(first.result).toMatchObject({ reply_markup: inline });
    expect(second.result).not.toHaveProperty('reply_markup');
    expect(rig.state().sentMessages.map(({ reply_markup }) => reply_markup)).toEqual([
      inline,
      { keyboard: [[{ text: 'a' }]] },
    ]);
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
    expect(await rig.call('deleteMessage', { chat_id: 7, message_id: 1 })).toEqual(
      refused('Bad Request: message to delete not found'),
    );
    expect(await rig.call('editMessageText', { chat_id: 7, message_id: 1, text: 'x' })).toEqual(
      refused('Bad Request: message to edit not found'),
    );
  });

  it('keeps a reply and its quote when the text changes', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'one' });
    const reply_parameters = { message_id: 1, quote: 'one' };
    await rig.call('sendMessage', { chat_id: 7, text: 'two', reply_parameters });
    expect(await rig.call('editMessageText', { chat_id: 7, message_id: 2, text: 'three' })).toMatchObject({
      result: { text: 'three', quote: { text: 'one' }, reply_to_message: { message_id: 1 } },
    });
  });

  it('edits the message under a pressed button, even if it has not been seen sent', async () => {
    const rig = startRig();
    const message = { message_id: 40, date: 5, chat: { id: 7, type: 'private' }, text: 'menu' };
    rig.push({ callback_query: { id: 'q1', data: 'x', message } });
    const edit = { chat_id: 7, message_id: 40, text: 'menu' };
    expect(await rig.call('editMessageText', edit)).toMatchObject({
      description: expect.stringContaining('message is not modified'),
    });
    expect(await rig.call('editMessageText', { ...edit, text: 'done' })).toMatchObject({ ok: true });
  });

  it('takes inline buttons only', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'one' });
    const reply_markup = { force_reply: true };
    expect(
      await rig.call('editMessageText', { chat_id: 7, message_id: 1, text: 'two', reply_markup }),
    ).toEqual(refused('Bad Request: inline keyboard expected'));
  });

  it.each([
    ['editMessageText', { text: 'x' }, 'message identifier is not specified'],
    ['editMessageText', { text: 'x', message_id: 1 }, 'chat_id is empty'],
    ['editMessageText', { text: 'x', chat_id: 7 }, 'message to edit not found'],
    ['editMessageReplyMarkup', {}, 'message identifier is not specified'],
    ['editMessageReplyMarkup', { inline_message_id: 'x' }, 'MESSAGE_ID_INVALID'],
    ['deleteMessage', { message_id: 1 }, 'chat identifier is not specified'],
    ['deleteMessage', { chat_id: 7 }, 'message identifier is not specified'],
  ])('%s %o: %s', async (method, args, why) => {
    expect(await startRig().call(method, args)).toEqual(refused(`Bad Request: ${why}`));
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
