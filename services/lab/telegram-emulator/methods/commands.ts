/**
 * The bot's commands, by scope and language.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { type Arguments, isObject } from '../arguments.ts';
import { badRequest, succeed } from '../errors.ts';
import type { MethodGroup } from './method.ts';

const commandsMax = 100;

export const commandMethods: MethodGroup = {
  setMyCommands({ bot, args }) {
    const key = commandsKey(args);
    if (bot.commands.size >= commandsMax && !bot.commands.has(key)) throw badRequest('too many scopes');
    bot.commands.set(key, readCommands(args));
    return succeed(true);
  },
  getMyCommands: ({ bot, args }) => succeed(bot.commands.get(commandsKey(args)) ?? []),
  deleteMyCommands({ bot, args }) {
    bot.commands.delete(commandsKey(args));
    return succeed(true);
  },
};

function commandsKey(args: Arguments): string {
  const scope = args.json('scope');
  const known = isObject(scope) ? JSON.stringify([scope['type'], scope['chat_id'], scope['user_id']]) : '';
  return `${known}/${args.text('language_code')}`;
}

function readCommands(args: Arguments): unknown[] {
  const commands = args.text('commands') === '' ? [] : args.json('commands');
  if (commands === undefined) throw badRequest("can't parse commands JSON object");
  if (!Array.isArray(commands)) throw badRequest('expected an Array of BotCommand');
  if (commands.length > commandsMax) throw badRequest('too many bot commands specified');
  return commands.map((value) => {
    if (!isObject(value)) throw badRequest("can't parse BotCommand: expected an Object");
    const { command, description } = value;
    if (typeof command !== 'string' || typeof description !== 'string') {
      throw badRequest("can't parse BotCommand: command and description must be strings");
    }
    const name = command.replace(/^\//, '').toLowerCase();
    if (!/^[a-z0-9_]{1,32}$/.test(name)) throw badRequest('BOT_COMMAND_INVALID');
    if (description === '') throw badRequest('command description is empty');
    return { command: name, description };
  });
}
