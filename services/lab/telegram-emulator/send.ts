/**
 * Sends and edits a message whatever its content, and writes messages as the Bot API shows them.
 *
 * Checks run in the real server's order: content, markup, reply, chat.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { type Arguments, isObject, leadingInteger } from './arguments.ts';
import type { Bot } from './bot.ts';
import { type ApiAnswer, badRequest, succeed } from './errors.ts';
import type { Message, MessageContent, SentMessage } from './messages.ts';
import type { MethodCall } from './methods/method.ts';
import { readMarkup } from './reply-markup.ts';

/** `content` must have been read, and refused if it is wrong, before. */
export function sendMessage({ bot, args }: MethodCall, content: MessageContent): ApiAnswer {
  const reply_markup = readMarkup(args);
  const reply_to_message_id = readReplyTo(args);
  const chat = bot.chats.resolve(args.text('chat_id'));
  const date = bot.nowSeconds();
  const sent = bot.messages.send({ chat, from: bot.user, date, content, reply_markup, reply_to_message_id });
  bot.tell('message-sent', { message: stateOf(sent) });
  return succeed(messageJson(bot, sent));
}

/** `change` may throw to refuse the edit of this very message. */
export function editMessage(
  { bot, args }: MethodCall,
  change: (message: Message) => Pick<Message, 'content' | 'reply_markup'>,
): ApiAnswer {
  const chat = bot.chats.resolve(args.text('chat_id'));
  const message = bot.messages.find(chat.id, readMessageId(args));
  if (message === undefined) throw badRequest('message to edit not found');
  if (!message.sent) throw badRequest("message can't be edited");
  const wanted = change(message);
  const { content, reply_markup } = message;
  if (JSON.stringify([wanted.content, wanted.reply_markup]) === JSON.stringify([content, reply_markup])) {
    throw badRequest(
      'message is not modified: specified new message content and reply markup are exactly the same as a ' +
        'current content and reply markup of the message',
    );
  }
  Object.assign(message, wanted, { edit_date: bot.nowSeconds() });
  bot.tell('message-edited', { message: stateOf(message) });
  return succeed(messageJson(bot, message));
}

export function readMessageId(args: Arguments): number {
  if (args.text('message_id') === '') throw badRequest('message identifier is not specified');
  return args.integer('message_id', { absent: 0 });
}

export function messageJson(bot: Bot, message: Message): Record<string, unknown> {
  const { message_id, from, chat, date, edit_date, content, reply_to_message_id: repliedId } = message;
  // Only inline keyboards come back: the others belong to the user's client.
  const reply_markup =
    message.reply_markup?.['inline_keyboard'] === undefined ? undefined : message.reply_markup;
  const reply_to_message = repliedId === undefined ? undefined : repliedJson(bot, { chat, repliedId });
  return { message_id, from, chat, date, edit_date, reply_to_message, ...content, reply_markup };
}

/** A sent message as the state and the events show it. */
export function stateOf(message: Message): SentMessage {
  const { message_id, chat, date, content, reply_markup, reply_to_message_id, edit_date, deleted } = message;
  return {
    message_id,
    chat_id: chat.id,
    date,
    ...content,
    reply_markup,
    reply_to_message_id,
    ...(edit_date !== undefined ? { edit_date } : {}),
    ...(deleted === true ? { deleted } : {}),
  };
}

function repliedJson(
  bot: Bot,
  { chat, repliedId }: { chat: Message['chat']; repliedId: number },
): Record<string, unknown> {
  const replied = bot.messages.find(chat.id, repliedId);
  if (replied === undefined) return { message_id: repliedId, chat, date: 0 };
  // Telegram shows one step: the message replied to carries no reply of its own.
  return messageJson(bot, { ...replied, reply_to_message_id: undefined });
}

function readReplyTo(args: Arguments): number | undefined {
  const parameters = args.json('reply_parameters');
  const id = isObject(parameters) ? parameters['message_id'] : args.text('reply_to_message_id');
  const messageId = leadingInteger(String(id ?? ''));
  return messageId > 0 ? messageId : undefined;
}
