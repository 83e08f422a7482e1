/**
 * How the bot presents itself: name, descriptions and menu button.
 *
 * A text for a language that has none is that without a language.
 */
import { readUserId } from '../access.ts';
import { type Arguments, isObject } from '../arguments.ts';
import type { Bot } from '../bot.ts';
import { type ApiAnswer, badRequest, succeed } from '../errors.ts';
import { lengthOf } from '../formatted-text.ts';
import { JsonFields } from '../json-fields.ts';
import { checkLink } from '../text/links.ts';
import type { MethodGroup } from './method.ts';

const nameLengthMax = 64;
const descriptionLengthMax = 512;
const shortDescriptionLengthMax = 120;

export const profileMethods: MethodGroup = {
  setMyName: ({ bot, args }) =>
    set(bot, args, { name: 'name', lengthMax: nameLengthMax, error: 'BOT_TITLE_INVALID' }),
  getMyName: ({ bot, args }) => succeed({ name: get(bot, args, 'name') || bot.user.first_name }),
  setMyDescription: ({ bot, args }) =>
    set(bot, args, {
      name: 'description',
      lengthMax: descriptionLengthMax,
      error: 'BOT_INFO_DESCRIPTION_TOO_LONG',
    }),
  getMyDescription: ({ bot, args }) => succeed({ description: get(bot, args, 'description') }),
  setMyShortDescription: ({ bot, args }) =>
    set(bot, args, {
      name: 'short_description',
      lengthMax: shortDescriptionLengthMax,
      error: 'BOT_INFO_ABOUT_TOO_LONG',
    }),
  getMyShortDescription: ({ bot, args }) =>
    succeed({ short_description: get(bot, args, 'short_description') }),
  setChatMenuButton({ bot, args }) {
    const button = readMenuButton(args);
    bot.menuButtons.set(args.has('chat_id') ? readUserId(args, 'chat_id') : 0, button);
    return succeed(true);
  },
  getChatMenuButton({ bot, args }) {
    const chatId = args.has('chat_id') ? readUserId(args, 'chat_id') : 0;
    return succeed(bot.menuButtons.get(chatId) ?? { type: chatId === 0 ? 'commands' : 'default' });
  },
};

function set(
  bot: Bot,
  args: Arguments,
  { name, lengthMax, error }: { name: string; lengthMax: number; error: string },
): ApiAnswer {
  const text = args.text(name).trim();
  if (lengthOf(text) > lengthMax) throw badRequest(error);
  const key = `${name}/${readLanguage(args)}`;
  if (text === '') bot.profile.delete(key);
  else bot.profile.set(key, text);
  return succeed(true);
}

function get(bot: Bot, args: Arguments, name: string): string {
  return bot.profile.get(`${name}/${readLanguage(args)}`) ?? bot.profile.get(`${name}/`) ?? '';
}

export function readLanguage(args: Arguments): string {
  const code = args.text('language_code');
  if (!/^(?:[a-z]{2})?$/.test(code)) throw badRequest('invalid language code specified');
  return code;
}

function readMenuButton(args: Arguments): Readonly<Record<string, unknown>> {
  if (args.text('menu_button') === '') return { type: 'default' };
  const value = args.json('menu_button');
  if (value === undefined) throw badRequest("can't parse menu button JSON object");
  const refuse = (reason: string): Error => badRequest(`can't parse menu button: ${reason}`);
  if (!isObject(value)) throw refuse('MenuButton must be an Object');
  const fields = new JsonFields(value, refuse);
  const type = fields.text('type');
  if (type === 'default' || type === 'commands') return { type };
  if (type !== 'web_app') throw refuse('MenuButton has unsupported type');
  const [text, link] = [fields.text('text'), fields.object('web_app').text('url')];
  if (text === '') throw badRequest('menu button text must be non-empty');
  const { url, error } = checkLink(link, { httpsOnly: true });
  if (url === undefined) throw badRequest(`menu button Web App URL '${link}' is invalid: ${error}`);
  return { type, text, web_app: { url } };
}
