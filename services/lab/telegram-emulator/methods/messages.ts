/**
 * Text messages: sending, editing and deleting.
 */

import { badRequest, succeed } from '../errors.ts';
import { lengthOf, readFormattedText } from '../formatted-text.ts';
import { readLinkPreview } from '../link-preview.ts';
import type { MessageContent } from '../messages.ts';
import { readInlineMarkup } from '../reply-markup.ts';
import { editMessage, findMessage, sendMessage } from '../send.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const textLengthMax = 4096;

export const messageMethods: MethodGroup = {
  sendMessage: (call) => sendMessage(call, readText(call)),
  editMessageText(call) {
    const content = readText(call);
    const reply_markup = readInlineMarkup(call.args);
    refuseInlineMessage(call);
    return editMessage(call, (message) => {
      if (message.content['text'] === undefined) throw badRequest('there is no text in the message to edit');
      return { content, reply_markup };
    });
  },
  editMessageReplyMarkup(call) {
    const reply_markup = readInlineMarkup(call.args);
    refuseInlineMessage(call);
    return editMessage(call, ({ content }) => ({ content, reply_markup }));
  },
  deleteMessage(call) {
    const { bot, args } = call;
    if (args.text('chat_id') === '') throw badRequest('chat identifier is not specified');
    if (args.integer('message_id', { absent: 0 }) === 0) {
      throw badRequest('message identifier is not specified');
    }
    const message = findMessage(call, 'message to delete');
    message.deleted = true;
    bot.tell('message-deleted', { chatId: message.chat.id, messageId: message.message_id });
    return succeed(true);
  },
};

/** Without a chat the message is one sent by way of the bot; the emulator has none. */
function refuseInlineMessage({ args }: MethodCall): void {
  if (args.text('chat_id') !== '' || args.integer('message_id', { absent: 0 }) !== 0) return;
  if (args.text('inline_message_id') === '') throw badRequest('message identifier is not specified');
  throw badRequest('MESSAGE_ID_INVALID');
}

function readText({ args }: MethodCall): MessageContent {
  const link_preview_options = readLinkPreview(args);
  if (args.text('text') === '') throw badRequest('message text is empty');
  const { text, entities } = readFormattedText(args, { text: 'text', entities: 'entities' });
  if (lengthOf(text) > textLengthMax) throw badRequest('message is too long');
  return { text, entities, link_preview_options };
}
