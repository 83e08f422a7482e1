/**
 * The Bot API methods that the emulator supports, with the real server's refusals.
 *
 * Any other method answers 404 `Not Found: method not found`, even if the real server knows it: a clear refusal is better
 * than an invented answer. Flood limits and chat permissions are not modelled; a fault makes a chat that blocked the bot or
 * does not exist. Method names match in any case.
 */
import { type Arguments, isObject } from './arguments.ts';
import type { Bot } from './bot.ts';
import { type ApiAnswer, badRequest, succeed } from './errors.ts';
import { editMarkup, editText, removeMessage, sendText } from './message-methods.ts';
import type { PollClient } from './poll-log.ts';

interface MethodCall {
  readonly bot: Bot;
  readonly args: Arguments;
  readonly client: PollClient;
}

type Method = (call: MethodCall) => ApiAnswer | Promise<ApiAnswer>;

const chatActions = [
  ...['typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice'],
  ...['upload_document', 'choose_sticker', 'find_location', 'record_video_note', 'upload_video_note'],
  ...['record_audio', 'upload_audio'],
];
const commandsMax = 100;

const methods: Readonly<Record<string, Method>> = {
  getUpdates({ bot, args, client }) {
    if (bot.webhook.settings !== undefined) return bot.getUpdates.refuseForWebhook(client);
    bot.webhook.allow(args);
    return bot.getUpdates.call(args, client);
  },
  getMe: ({ bot }) =>
    succeed({
      ...bot.user,
      can_join_groups: true,
      can_read_all_group_messages: false,
      supports_inline_queries: false,
      can_connect_to_business: false,
      has_main_web_app: false,
    }),
  setWebhook({ bot, args }) {
    const answer = bot.webhook.set(args);
    const url = bot.webhook.settings?.url;
    bot.tell(url === undefined ? 'webhook-deleted' : 'webhook-set', { url });
    return answer;
  },
  deleteWebhook({ bot, args }) {
    const answer = bot.webhook.delete(args);
    bot.tell('webhook-deleted', {});
    return answer;
  },
  getWebhookInfo: ({ bot }) => bot.webhook.info(bot.pendingCount()),
  sendMessage: ({ bot, args }) => sendText(bot, args),
  editMessageText: ({ bot, args }) => editText(bot, args),
  editMessageReplyMarkup: ({ bot, args }) => editMarkup(bot, args),
  deleteMessage: ({ bot, args }) => removeMessage(bot, args),
  sendChatAction({ bot, args }) {
    const action = args.text('action').toLowerCase();
    if (!chatActions.includes(action)) throw badRequest('wrong parameter action in request');
    const chat = bot.chats.resolve(args.text('chat_id'));
    bot.tell('chat-action', { chatId: chat.id, action });
    return succeed(true);
  },
  answerCallbackQuery({ bot, args }) {
    const queryId = args.text('callback_query_id');
    if (!bot.knowsCallbackQuery(queryId)) {
      throw badRequest('query is too old and response timeout expired or query ID is invalid');
    }
    bot.tell('callback-answered', { queryId, text: args.text('text'), showAlert: args.flag('show_alert') });
    return succeed(true);
  },
  getChat({ bot, args }) {
    return succeed({
      ...bot.chats.resolve(args.text('chat_id')),
      accent_color_id: 0,
      max_reaction_count: 11,
    });
  },
  // The emulator keeps no files: any id is one, and nothing is found at its path.
  getFile({ args }) {
    const id = args.text('file_id');
    if (id === '') throw badRequest('file_id not specified');
    return succeed({ file_id: id, file_unique_id: id, file_path: `files/${id}` });
  },
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

const namesByLowerCase = new Map(Object.keys(methods).map((name) => [name.toLowerCase(), name]));

/** The method and its spelling, or undefined if the emulator does not support it. */
export function findMethod(name: string): { name: string; run: Method } | undefined {
  const spelled = namesByLowerCase.get(name.toLowerCase());
  const run = spelled === undefined ? undefined : methods[spelled];
  return spelled === undefined || run === undefined ? undefined : { name: spelled, run };
}

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
