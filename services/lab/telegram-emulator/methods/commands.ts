/**
 * The bot's commands, by scope and language.
 *
 * Source: telegram-bot-api's `get_bot_commands` and `get_bot_command_scope`; td's `BotCommand.cpp`.
 *
 * Tested by: test/lab/telegram-emulator/methods/profile.test.ts
 */
import { type Arguments, isObject } from '../arguments.ts';
import type { Bot } from '../bot.ts';
import { badRequest, succeed } from '../errors.ts';
import { lengthOf } from '../formatted-text.ts';
import { JsonFields } from '../json-fields.ts';
import type { MethodGroup } from './method.ts';
import { readLanguage } from './profile.ts';

const commandsMax = 100;
const scopesMax = 10_000;
const nameLengthMax = 32;
const descriptionLengthMax = 256;
const broadScopes = ['default', 'all_private_chats', 'all_group_chats', 'all_chat_administrators'];
const chatScopes = ['chat', 'chat_administrators', 'chat_member'];

export const commandMethods: MethodGroup = {
  setMyCommands({ bot, args }) {
    const commands = readCommands(args);
    const key = scopeKey(bot, args);
    bot.commands.set(key, commands);
    const [oldest] = bot.commands.keys();
    if (bot.commands.size > scopesMax && oldest !== undefined) bot.commands.delete(oldest);
    return succeed(true);
  },
  getMyCommands: ({ bot, args }) => succeed(bot.commands.get(scopeKey(bot, args)) ?? []),
  deleteMyCommands({ bot, args }) {
    bot.commands.delete(scopeKey(bot, args));
    return succeed(true);
  },
};

function scopeKey(bot: Bot, args: Arguments): string {
  return `${JSON.stringify(readScope(bot, args))}/${readLanguage(args)}`;
}

function readScope(bot: Bot, args: Arguments): unknown[] {
  if (args.text('scope') === '') return ['default'];
  const value = args.json('scope');
  if (value === undefined) throw badRequest("can't parse BotCommandScope JSON object");
  const refuse = (reason: string): Error => badRequest(`can't parse BotCommandScope: ${reason}`);
  if (!isObject(value)) throw refuse('BotCommandScope must be an Object');
  const fields = new JsonFields(value, refuse);
  const type = fields.text('type');
  if (broadScopes.includes(type)) return [type];
  if (!chatScopes.includes(type)) throw refuse('Unsupported type specified');
  const chatId = fields.text('chat_id');
  if (chatId === '') throw refuse('Empty chat_id specified');
  const userId = type === 'chat_member' ? fields.integer('user_id') : 0;
  if (userId < 0 || (type === 'chat_member' && userId === 0)) throw refuse('Invalid user_id specified');
  const chat = bot.chats.resolve(chatId);
  if (chat['type'] === 'channel') throw badRequest("can't change commands in channel chats");
  if (chat['type'] === 'private' && type !== 'chat')
    throw badRequest("can't use specified scope in private chats");
  return [type, chat.id, userId];
}

function readCommands(args: Arguments): unknown[] {
  const commands = args.text('commands') === '' ? [] : args.json('commands');
  if (commands === undefined) throw badRequest("can't parse commands JSON object");
  if (!Array.isArray(commands)) throw badRequest('expected an Array of BotCommand');
  const read = commands.map(readCommand);
  if (read.length > commandsMax) throw badRequest('BOT_COMMANDS_TOO_MUCH');
  return read;
}

function readCommand(value: unknown): Record<string, string> {
  const refuse = (reason: string): Error => badRequest(`can't parse BotCommand: ${reason}`);
  if (!isObject(value)) throw refuse('expected an Object');
  const fields = new JsonFields(value, refuse);
  const command = fields.text('command').trim().replace(/^\//, '');
  const description = fields.text('description').trim();
  if (command === '') throw badRequest('command must be non-empty');
  if (lengthOf(command) > nameLengthMax) throw badRequest(`command length must not exceed ${nameLengthMax}`);
  if (description === '') throw badRequest('command description must be non-empty');
  if (lengthOf(description) > descriptionLengthMax) {
    throw badRequest(`command description length must not exceed ${descriptionLengthMax}`);
  }
  if (!/^[a-z0-9_]+$/.test(command)) throw badRequest('BOT_COMMAND_INVALID');
  return { command, description };
}
