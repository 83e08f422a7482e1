/**
 * To which message a new one replies, and how that is shown.
 *
 * Source: telegram-bot-api's `get_reply_parameters` and `check_reply_parameters`.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { Arguments, isObject } from './arguments.ts';
import type { Bot } from './bot.ts';
import type { Chat } from './chats.ts';
import { badRequest } from './errors.ts';
import { readFormattedText } from './formatted-text.ts';
import { JsonFields } from './json-fields.ts';

interface Quote {
  readonly text: string;
  readonly entities: readonly unknown[] | undefined;
}

export interface ReplyRequest {
  readonly messageId: number;
  /** Empty for the chat of the new message. */
  readonly chatId: string;
  /** Whether the message is sent even if that message does not exist. */
  readonly mayBeMissing: boolean;
  readonly quote: Quote | undefined;
}

/** What a message keeps of the one that it replies to. */
export interface Reply {
  readonly messageId: number;
  /** As fields of the Bot API's Message. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Undefined without a reply. */
export function readReply(args: Arguments): ReplyRequest | undefined {
  if (!args.has('reply_parameters')) {
    return request({
      messageId: args.integer('reply_to_message_id', { absent: 0 }),
      chatId: '',
      mayBeMissing: args.flag('allow_sending_without_reply'),
      quote: undefined,
    });
  }
  if (args.text('reply_parameters') === '') return undefined;
  const parameters = args.json('reply_parameters');
  if (parameters === undefined) throw badRequest("can't parse reply parameters JSON object");
  if (!isObject(parameters)) throw badRequest('object expected as reply parameters');
  if (Object.keys(parameters).length === 0) return undefined;
  const fields = new JsonFields(parameters, (reason) => badRequest(lowerFirst(reason)));
  return request({
    messageId: fields.integer('message_id'),
    chatId: fields.optionalText('chat_id'),
    mayBeMissing: fields.flag('allow_sending_without_reply'),
    quote: fields.optionalText('quote') === '' ? undefined : readQuote(parameters),
  });
}

/** Refuses a reply to nothing. */
export function resolveReply(bot: Bot, chat: Chat, reply: ReplyRequest | undefined): Reply | undefined {
  if (reply === undefined) return undefined;
  const repliedChat = reply.chatId === '' ? chat : bot.chats.resolve(reply.chatId);
  const replied = bot.messages.find(repliedChat.id, reply.messageId);
  if (replied === undefined) {
    if (reply.mayBeMissing) return undefined;
    throw badRequest('message to be replied not found');
  }
  const { messageId, quote } = reply;
  const text = String(replied.content['text'] ?? replied.content['caption'] ?? '');
  const position = quote === undefined ? 0 : text.indexOf(quote.text);
  if (position === -1) throw badRequest('QUOTE_TEXT_INVALID');
  const shown = quote === undefined ? {} : { quote: { ...quote, position, is_manual: true } };
  if (repliedChat.id === chat.id) return { messageId, fields: shown };
  const origin = { type: 'user', sender_user: replied.from, date: replied.date };
  return {
    messageId,
    fields: { external_reply: { origin, chat: repliedChat, message_id: messageId }, ...shown },
  };
}

function request(reply: ReplyRequest): ReplyRequest | undefined {
  return reply.messageId > 0 ? reply : undefined;
}

function readQuote(parameters: Record<string, unknown>): Quote {
  const names = { text: 'quote', entities: 'quote_entities', parseMode: 'quote_parse_mode' };
  return readFormattedText(Arguments.of(parameters), names);
}

function lowerFirst(reason: string): string {
  return `${reason.charAt(0).toLowerCase()}${reason.slice(1)}`;
}
