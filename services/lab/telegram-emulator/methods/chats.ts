/**
 * Chats: what is known of them, and the bot's activity shown in them.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { badRequest, succeed } from '../errors.ts';
import { messageJson } from '../message-json.ts';
import { allPermissions } from '../permissions.ts';
import type { MethodGroup } from './method.ts';

const chatActions = [
  ...['typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice'],
  ...['upload_document', 'choose_sticker', 'find_location', 'record_video_note', 'upload_video_note'],
  ...['record_audio', 'upload_audio'],
];

const noGifts = {
  unlimited_gifts: false,
  limited_gifts: false,
  unique_gifts: false,
  premium_subscription: false,
  gifts_from_channels: false,
};

export const chatMethods: MethodGroup = {
  getChat({ bot, args }) {
    const chat = bot.chats.resolve(args.text('chat_id'));
    const { description, permissions = allPermissions, pinnedIds, primaryLink } = bot.chats.settings(chat.id);
    const pinned = bot.messages.find(chat.id, pinnedIds.at(-1) ?? 0);
    return succeed({
      ...chat,
      description: description || undefined,
      invite_link: primaryLink || undefined,
      permissions: ['group', 'supergroup'].includes(String(chat['type'])) ? permissions : undefined,
      pinned_message: pinned === undefined ? undefined : messageJson(bot, pinned),
      accepted_gift_types: noGifts,
      accent_color_id: 0,
      max_reaction_count: 11,
    });
  },
  sendChatAction({ bot, args }) {
    const action = args.text('action').toLowerCase();
    if (!chatActions.includes(action)) throw badRequest('wrong parameter action in request');
    const chat = bot.chats.resolve(args.text('chat_id'));
    bot.tell('chat-action', { chatId: chat.id, action });
    return succeed(true);
  },
};
