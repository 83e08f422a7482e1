import { describe, expect, it } from 'vitest';
import { Arguments } from '../../../services/lab/telegram-emulator/arguments.ts';
import { badRequest } from '../../../services/lab/telegram-emulator/errors.ts';
import {
  checkMarkupFits,
  parseMarkup,
  readMarkup,
} from '../../../services/lab/telegram-emulator/reply-markup.ts';

const inline = (...row: unknown[]): unknown => ({ inline_keyboard: [row] });
const keyboard = (...row: unknown[]): unknown => ({ keyboard: [row] });
const button = { text: 'a', callback_data: 'b' };

describe('inline buttons', () => {
  it.each([
    [button, button],
    [{ ...button, url: '', junk: 1 }, button],
    [
      { text: 'a', callback_data: 'é'.repeat(32) },
      { text: 'a', callback_data: 'é'.repeat(32) },
    ],
    [
      { text: 'a', url: 'e.test' },
      { text: 'a', url: 'http://e.test/' },
    ],
    [
      { text: 'a', url: 'HTTPS://E.test:8443/X?y#z' },
      { text: 'a', url: 'https://e.test:8443/X?y#z' },
    ],
    [
      { text: 'a', url: 'tg://resolve?domain=x' },
      { text: 'a', url: 'tg://resolve?domain=x' },
    ],
    [
      { text: 'a', url: 'tg://user?id=5' },
      { text: 'a', url: 'tg://user?id=5' },
    ],
    [
      { text: 'a', url: 'https://[::1]/' },
      { text: 'a', url: 'https://[::1]/' },
    ],
    [
      { text: 'a', url: 'e.test/a b' },
      { text: 'a', url: 'http://e.test/a%20b' },
    ],
    [
      { text: 'a', web_app: { url: 'https://e.test/' } },
      { text: 'a', web_app: { url: 'https://e.test/' } },
    ],
    [
      { text: 'a', login_url: { url: 'https://e.test' } },
      { text: 'a', url: 'https://e.test/' },
    ],
    [
      { text: 'a', switch_inline_query: '' },
      { text: 'a', switch_inline_query: '' },
    ],
    [
      { text: 'a', switch_inline_query_chosen_chat: { query: 'q', allow_user_chats: true } },
      { text: 'a', switch_inline_query_chosen_chat: { query: 'q', allow_user_chats: true } },
    ],
    [
      { text: 'a', copy_text: { text: 'c' } },
      { text: 'a', copy_text: { text: 'c' } },
    ],
    [
      { text: 'a', pay: true },
      { text: 'a', pay: true },
    ],
    [
      { ...button, style: 'Danger' },
      { ...button, style: 'danger' },
    ],
  ])('%o', (given, shown) => {
    expect(parseMarkup(inline(given))).toEqual(inline(shown));
  });

  it.each([
    ['x', 'InlineKeyboardButton must be an Object'],
    [{}, `Can't find field "text"`],
    [{ text: null, callback_data: 'b' }, 'Field "text" must be of type String'],
    [{ text: 'a' }, 'Text buttons are unallowed in the inline keyboard'],
    [{ text: 'a', callback_data: '' }, 'Text buttons are unallowed in the inline keyboard'],
    [{ text: 'a', callback_data: {} }, 'Field "callback_data" must be of type String'],
    [{ text: 'a', web_app: 'x' }, 'Field "web_app" must be of type Object'],
    [{ ...button, style: 'red' }, 'invalid button style specified'],
  ])('refuses %o', (given, why) => {
    const refusal = badRequest(`can't parse inline keyboard button: ${why}`);
    expect(() => parseMarkup(inline(given))).toThrow(refusal);
  });

  it.each([
    [{ text: 'a', callback_data: 'é'.repeat(33) }, 'BUTTON_DATA_INVALID'],
    [{ text: 'a', url: 'nowhere' }, "inline keyboard button URL 'nowhere' is invalid: Wrong HTTP URL"],
    [
      { text: 'a', url: 'ftp://e.test' },
      "inline keyboard button URL 'ftp://e.test' is invalid: Unsupported URL protocol",
    ],
    [{ text: 'a', url: 'http://' }, "inline keyboard button URL 'http://' is invalid: URL host is empty"],
    [
      { text: 'a', url: 'e.test:65536' },
      "inline keyboard button URL 'e.test:65536' is invalid: Wrong port number specified in the URL",
    ],
    [
      { text: 'a', url: 'e.test:0' },
      "inline keyboard button URL 'e.test:0' is invalid: Wrong port number specified in the URL",
    ],
    [
      { text: 'a', url: 'e .test' },
      "inline keyboard button URL 'e .test' is invalid: Disallowed character in URL host",
    ],
    [
      { text: 'a', url: 'e%.test' },
      "inline keyboard button URL 'e%.test' is invalid: Wrong percent-encoded symbol in URL host",
    ],
    [
      { text: 'a', url: 'tg://a.b' },
      "inline keyboard button URL 'tg://a.b' is invalid: Unallowed characters in URL host",
    ],
    [
      { text: 'a', url: 'tg://http://x' },
      "inline keyboard button URL 'tg://http://x' is invalid: Wrong tg URL",
    ],
    [
      { text: 'a', web_app: { url: 'http://e.test' } },
      "inline keyboard button Web App URL 'http://e.test' is invalid: Only HTTPS links are allowed",
    ],
    [
      { text: 'a', login_url: { url: 'tg://user?id=5' } },
      "link to a user can't be used in login URL buttons",
    ],
  ])('refuses %o', (given, why) => {
    expect(() => parseMarkup(inline(given))).toThrow(badRequest(why));
  });
});

describe('keyboards', () => {
  it.each([
    [keyboard('a', { text: 'b' }), keyboard({ text: 'a' }, { text: 'b' })],
    [
      { keyboard: [['a']], resize_keyboard: true, one_time_keyboard: false, selective: true },
      { keyboard: [[{ text: 'a' }]], resize_keyboard: true, selective: true },
    ],
    [keyboard({ text: 'a', request_contact: true }), keyboard({ text: 'a', request_contact: true })],
    [keyboard({ text: 'a', request_location: true }), keyboard({ text: 'a', request_location: true })],
    [keyboard({ text: 'a', request_poll: {} }), keyboard({ text: 'a', request_poll: { type: '' } })],
    [
      keyboard({ text: 'a', request_users: { request_id: 1 } }),
      keyboard({ text: 'a', request_users: { request_id: 1 } }),
    ],
    [{ remove_keyboard: true }, { remove_keyboard: true }],
    [
      { force_reply: true, input_field_placeholder: 'x' },
      { force_reply: true, input_field_placeholder: 'x' },
    ],
    [{}, undefined],
    [{ inline_keyboard: [] }, undefined],
    [{ inline_keyboard: [[]] }, undefined],
    [{ inline_keyboard: [[{ text: '', callback_data: 'b' }], [button]] }, inline(button)],
  ])('%o', (given, shown) => {
    expect(parseMarkup(given)).toEqual(shown);
  });

  it('shows at most 12 buttons in a row and 300 in all', () => {
    const rows = Array.from({ length: 30 }, () => Array.from({ length: 20 }, () => 'a'));
    const shown = parseMarkup({ keyboard: rows })?.['keyboard'] as unknown[][];
    expect([shown.length, shown[0]?.length]).toEqual([25, 12]);
  });

  it.each([
    [null, 'object expected as reply markup'],
    [[], 'object expected as reply markup'],
    [{ inline_keyboard: {} }, 'field "inline_keyboard" must be of type Array'],
    [
      { inline_keyboard: [button] },
      'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
    ],
    [{ keyboard: ['a'] }, 'field "keyboard" must be an Array of Arrays'],
    [{ remove_keyboard: 'yes' }, 'field "remove_keyboard" must be of type Boolean'],
    [keyboard(5), "can't parse keyboard button: KeyboardButton must be a String or an Object"],
    [keyboard({}), `can't parse keyboard button: Can't find field "text"`],
    [
      keyboard({ text: 'a', web_app: { url: 'x' } }),
      "keyboard button Web App URL 'x' is invalid: Only HTTPS links are allowed",
    ],
    [{ inline_keyboard: Array.from({ length: 101 }, () => [button]) }, 'reply markup is too long'],
  ])('refuses %j', (given, why) => {
    expect(() => parseMarkup(given)).toThrow(badRequest(why));
  });

  it('an absent argument is none, and null is wrong', () => {
    expect(readMarkup(Arguments.of({}))).toBeUndefined();
    expect(() => readMarkup(Arguments.of({ reply_markup: null }))).toThrow('object expected as reply markup');
    expect(() => readMarkup(Arguments.of({ reply_markup: '{' }))).toThrow(
      "can't parse reply keyboard markup JSON object",
    );
  });
});

describe('chats that cannot show a button', () => {
  it.each([
    [
      'supergroup',
      keyboard({ text: 'a', request_contact: true }),
      'phone number can be requested in private chats only',
    ],
    [
      'group',
      keyboard({ text: 'a', web_app: { url: 'https://e.test' } }),
      'Web App buttons can be used in private chats only',
    ],
    ['channel', keyboard('a'), 'inline keyboard expected'],
    [
      'channel',
      inline({ text: 'a', switch_inline_query: '' }),
      "can't use switch_inline_query button in a channel chat, because users will not be able to use the button without knowing bot's username",
    ],
  ])('%s: %j', (type, markup, why) => {
    const wanted = parseMarkup(markup);
    expect(() => checkMarkupFits(wanted, { id: -1, type })).toThrow(badRequest(why));
    expect(() => checkMarkupFits(wanted, { id: 1, type: 'private' })).not.toThrow();
  });
});
