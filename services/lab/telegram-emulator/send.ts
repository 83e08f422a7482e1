/**
 * Sends and edits a message whatever its content.
 *
 * Checks run in the real server's order: content, reply, markup, chat, the message replied to.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { reachableChat } from './access.ts';
import type { Arguments } from './arguments.ts';
import { type ApiAnswer, badRequest, succeed } from './errors.ts';
import { messageJson } from './message-json.ts';
import type { InvoiceTerms, Message, MessageContent, ReplyMarkup, SentMessage } from './messages.ts';
import type { MethodCall } from './methods/method.ts';
import { readReply, resolveReply } from './replies.ts';
import { checkMarkupFits, readMarkup } from './reply-markup.ts';

/** `content` must have been read, and refused if it is wrong, before. */
export function sendMessage(call: MethodCall, content: MessageContent, extras?: Extras): ApiAnswer {
  return succeed(messageJson(call.bot, postMessage(call, content, extras)));
}

interface Extras {
  readonly invoice?: InvoiceTerms;
  /** Used if the call has none. */
  readonly markup?: ReplyMarkup;
}

/** Sends without an answer. */
export function postMessage(
  { bot, args }: MethodCall,
  content: MessageContent,
  { invoice, markup }: Extras = {},
): Message {
  const replyRequest = readReply(args);
  const reply_markup = readMarkup(args) ?? markup;
  const chat = reachableChat(bot, args);
  const reply = resolveReply(bot, chat, replyRequest);
  checkMarkupFits(reply_markup, chat);
  const sent = bot.messages.send({
    chat,
    from: bot.user,
    date: bot.nowSeconds(),
    content,
    reply_markup,
    reply_to_message_id: reply?.messageId,
    replyFields: reply?.fields,
    invoice,
  });
  bot.tell('message-sent', { message: stateOf(sent) });
  return sent;
}

/** `change` may throw to refuse the edit of this very message. */
export function editMessage(
  { bot, args }: MethodCall,
  change: (message: Message) => Pick<Message, 'content' | 'reply_markup'>,
): ApiAnswer {
  reachableChat(bot, args);
  const message = findMessage({ bot, args }, 'message to edit');
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

/** The message that `chat_id` and `message_id` name; `what` is what the refusal calls it. */
export function findMessage({ bot, args }: Pick<MethodCall, 'bot' | 'args'>, what: string): Message {
  const chat = bot.chats.resolve(args.text('chat_id'));
  const message = bot.messages.find(chat.id, readMessageId(args));
  if (message === undefined) throw badRequest(`${what} not found`);
  return message;
}

function readMessageId(args: Arguments): number {
  return args.integer('message_id', { absent: 0 });
}

/** A sent message as the state and the events show it. */
export function stateOf(message: Message): SentMessage {
  const { message_id, chat, date, content, reply_markup, reply_to_message_id, edit_date, deleted } = message;
  return {
    message_id,
    chat_id: chat.id,
    date,
    ...content,
    ...message.replyFields,
    reply_markup,
    reply_to_message_id,
    ...(edit_date !== undefined ? { edit_date } : {}),
    ...(deleted === true ? { deleted } : {}),
  };
}
