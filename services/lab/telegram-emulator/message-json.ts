/**
 * A message as the Bot API shows it, with the message that it replies to.
 *
 * Tested by: test/lab/telegram-emulator/methods/messages.test.ts
 */
import { isObject } from './arguments.ts';
import type { Message, Messages } from './messages.ts';

/** The bot, of which only the messages count here. */
interface Keeper {
  readonly messages: Messages;
}

export function messageJson(bot: Keeper, message: Message): Record<string, unknown> {
  const {
    message_id,
    from,
    chat,
    date,
    edit_date,
    content,
    replyFields,
    reply_to_message_id: repliedId,
  } = message;
  // Only inline keyboards come back: the others belong to the user's client.
  const reply_markup =
    message.reply_markup?.['inline_keyboard'] === undefined ? undefined : message.reply_markup;
  const isHere = repliedId !== undefined && replyFields?.['external_reply'] === undefined;
  const reply_to_message = isHere ? repliedJson(bot, { chat, repliedId }) : undefined;
  return {
    message_id,
    from,
    chat,
    date,
    edit_date,
    reply_to_message,
    ...replyFields,
    ...content,
    reply_markup,
  };
}

function repliedJson(
  bot: Keeper,
  { chat, repliedId }: { chat: Message['chat']; repliedId: number },
): Record<string, unknown> {
  const replied = bot.messages.find(chat.id, repliedId);
  if (replied === undefined) return { message_id: repliedId, chat, date: 0 };
  // Telegram shows one step: the message replied to carries no reply of its own.
  return messageJson(bot, { ...replied, reply_to_message_id: undefined });
}

/** A person's message whose `reply_to_message` is whole, even if no more than its id was given. */
export function withWholeReply(bot: Keeper, message: Record<string, unknown>): Record<string, unknown> {
  const { chat, reply_to_message: given } = message;
  if (!isObject(given) || !isObject(chat)) return message;
  const replied = bot.messages.find(Number(chat['id']), Number(given['message_id']));
  if (replied === undefined) return message;
  return {
    ...message,
    reply_to_message: { ...messageJson(bot, { ...replied, reply_to_message_id: undefined }), ...given },
  };
}
