/**
 * Text messages: sending, editing and deleting.
 */
import { badRequest, succeed } from '../errors.ts';
import { readFormattedText } from '../formatted-text.ts';
import type { MessageContent } from '../messages.ts';
import { readMarkup } from '../reply-markup.ts';
import { editMessage, readMessageId, sendMessage } from '../send.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const textLengthMax = 4096;

export const messageMethods: MethodGroup = {
  sendMessage: (call) => sendMessage(call, readText(call)),
  editMessageText(call) {
    const content = readText(call);
    const reply_markup = readMarkup(call.args);
    return editMessage(call, () => ({ content, reply_markup }));
  },
  editMessageReplyMarkup(call) {
    const reply_markup = readMarkup(call.args);
    return editMessage(call, ({ content }) => ({ content, reply_markup }));
  },
  deleteMessage({ bot, args }) {
    const chat = bot.chats.resolve(args.text('chat_id'));
    const messageId = readMessageId(args);
    const message = bot.messages.find(chat.id, messageId);
    // Not every message of others is known, so only an id beyond all known ones certainly does not exist.
    if (message === undefined && (messageId > bot.messages.lastId || messageId <= 0)) {
      throw badRequest('message to delete not found');
    }
    if (message !== undefined) message.deleted = true;
    bot.tell('message-deleted', { chatId: chat.id, messageId });
    return succeed(true);
  },
};

function readText({ args }: MethodCall): MessageContent {
  if (args.text('text') === '') throw badRequest('message text is empty');
  const { text, entities } = readFormattedText(args, { text: 'text', entities: 'entities' });
  if (text.trim() === '') throw badRequest('text must be non-empty');
  if ([...text].length > textLengthMax) throw badRequest('message is too long');
  return { text, entities };
}
