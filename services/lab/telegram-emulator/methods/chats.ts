/**
 * Chats: what is known of them, and the bot's activity shown in them.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { badRequest, succeed } from '../errors.ts';
import type { MethodGroup } from './method.ts';

const chatActions = [
  ...['typing', 'upload_photo', 'record_video', 'upload_video', 'record_voice', 'upload_voice'],
  ...['upload_document', 'choose_sticker', 'find_location', 'record_video_note', 'upload_video_note'],
  ...['record_audio', 'upload_audio'],
];

export const chatMethods: MethodGroup = {
  getChat({ bot, args }) {
    return succeed({
      ...bot.chats.resolve(args.text('chat_id')),
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
