/**
 * One button: of an inline keyboard, or of a keyboard that replaces the user's own.
 *
 * Source: telegram-bot-api's `get_inline_keyboard_button` and `get_keyboard_button`; td's `ReplyMarkup.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/reply-markup.test.ts
 */
import { isObject } from './arguments.ts';
import { badRequest } from './errors.ts';
import { JsonFields } from './json-fields.ts';
import { checkLink, linkedUserId } from './text/links.ts';

type Button = Readonly<Record<string, unknown>>;

const callbackBytesMax = 64;
const styles = ['', 'default', 'primary', 'danger', 'success'];

export function readInlineButton(value: unknown): Button {
  const refuse = (reason: string): Error => badRequest(`can't parse inline keyboard button: ${reason}`);
  if (!isObject(value)) throw refuse('InlineKeyboardButton must be an Object');
  const fields = new JsonFields(value, refuse);
  const text = fields.text('text');
  const style = readStyle(fields, refuse);
  const action = readAction(fields);
  if (action === undefined) throw refuse('Text buttons are unallowed in the inline keyboard');
  return text === '' ? { text } : { text, ...style, ...checkAction(action) };
}

export function readKeyboardButton(value: unknown): Button {
  const refuse = (reason: string): Error => badRequest(`can't parse keyboard button: ${reason}`);
  if (typeof value === 'string') return { text: value };
  if (!isObject(value)) throw refuse('KeyboardButton must be a String or an Object');
  const fields = new JsonFields(value, refuse);
  return { text: fields.text('text'), ...readStyle(fields, refuse), ...readRequest(fields) };
}

function readStyle(fields: JsonFields, refuse: (reason: string) => Error): Button {
  const style = fields.optionalText('style').toLowerCase();
  if (!styles.includes(style)) throw refuse('invalid button style specified');
  return style === '' || style === 'default' ? {} : { style };
}

/** The first action that is given, in the server's order. */
function readAction(fields: JsonFields): Button | undefined {
  for (const name of ['url', 'callback_data']) {
    const value = fields.optionalText(name);
    if (value !== '') return { [name]: value };
  }
  if (fields.has('callback_game')) return { callback_game: {} };
  if (fields.has('pay')) return { pay: true };
  for (const name of ['switch_inline_query', 'switch_inline_query_current_chat']) {
    if (fields.has(name)) return { [name]: fields.text(name) };
  }
  if (fields.has('switch_inline_query_chosen_chat')) {
    return { switch_inline_query_chosen_chat: chosenChat(fields.object('switch_inline_query_chosen_chat')) };
  }
  if (fields.has('login_url')) return { login_url: { url: fields.object('login_url').text('url') } };
  if (fields.has('web_app')) return { web_app: { url: fields.object('web_app').text('url') } };
  if (fields.has('copy_text')) return { copy_text: { text: fields.object('copy_text').text('text') } };
  return undefined;
}

function chosenChat(fields: JsonFields): Button {
  const allowed = ['allow_user_chats', 'allow_bot_chats', 'allow_group_chats', 'allow_channel_chats'];
  const flags = allowed.filter((name) => fields.flag(name)).map((name) => [name, true] as const);
  return { query: fields.optionalText('query'), ...Object.fromEntries(flags) };
}

function checkAction(action: Button): Button {
  const { url, callback_data: data, login_url: login, web_app: app } = action;
  if (typeof data === 'string' && Buffer.byteLength(data) > callbackBytesMax) {
    throw badRequest('BUTTON_DATA_INVALID');
  }
  if (typeof url === 'string') return { url: linkedUserId(url) === undefined ? mustLink('', url) : url };
  // A login button is shown as a link.
  if (isObject(login)) return { url: mustLink('login ', String(login['url']), 'login') };
  if (isObject(app)) return { web_app: { url: mustLink('Web App ', String(app['url']), 'Web App') } };
  return action;
}

function mustLink(kind: string, link: string, secureFor?: 'login' | 'Web App'): string {
  if (secureFor !== undefined && linkedUserId(link) !== undefined) {
    throw badRequest(`link to a user can't be used in ${secureFor} URL buttons`);
  }
  const { url, error } = checkLink(link, { httpsOnly: secureFor !== undefined });
  if (url === undefined) {
    throw badRequest(`inline keyboard button ${kind}URL '${link}' is invalid: ${error}`);
  }
  return url;
}

/** What the press of the button asks the user for. */
function readRequest(fields: JsonFields): Button {
  if (fields.flag('request_contact') || fields.flag('request_phone_number')) return { request_contact: true };
  if (fields.flag('request_location')) return { request_location: true };
  if (fields.has('request_poll')) {
    return { request_poll: { type: fields.object('request_poll').optionalText('type') } };
  }
  if (fields.has('web_app')) {
    const url = fields.object('web_app').text('url');
    const { error } = checkLink(url, { httpsOnly: true });
    if (error !== undefined) {
      throw badRequest(`keyboard button Web App URL '${url}' is invalid: ${error}`);
    }
    return { web_app: { url } };
  }
  for (const name of ['request_users', 'request_user', 'request_chat', 'request_managed_bot']) {
    if (!fields.has(name)) continue;
    const request = { request_id: fields.object(name).integer('request_id') };
    return { [name === 'request_user' ? 'request_users' : name]: request };
  }
  return {};
}
