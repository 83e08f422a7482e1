/**
 * What the bot changes about a chat itself: title, description, permissions, pinned messages.
 *
 * Tested by: test/lab/telegram-emulator/methods/chat-settings.test.ts
 */
import { mustHaveRight, reachableChat } from '../access.ts';
import type { Chat } from '../chats.ts';
import { badRequest, succeed } from '../errors.ts';
import { readPermissions } from '../permissions.ts';
import { findMessage } from '../send.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const titleLengthMax = 128;
const descriptionLengthMax = 255;

export const chatSettingMethods: MethodGroup = {
  setChatTitle({ bot, args }) {
    const chat = reachableChat(bot, args);
    const title = args.text('title').trim().slice(0, titleLengthMax);
    if (title === '') throw badRequest('title must be non-empty');
    if (chat['type'] === 'private') throw badRequest("can't change private chat title");
    mustHaveRight(bot, chat, 'can_change_info', 'not enough rights to change chat title');
    bot.chats.change(chat.id, { title });
    return succeed(true);
  },
  setChatDescription({ bot, args }) {
    const chat = reachableChat(bot, args);
    const description = args.text('description').trim().slice(0, descriptionLengthMax);
    if (chat['type'] === 'private') throw badRequest("can't change private chat description");
    mustHaveRight(bot, chat, 'can_change_info', 'not enough rights to set chat description');
    const settings = bot.chats.settings(chat.id);
    if (settings.description === description) throw badRequest('chat description is not modified');
    settings.description = description;
    return succeed(true);
  },
  setChatPermissions({ bot, args }) {
    const permissions = readPermissions(args);
    const chat = reachableChat(bot, args);
    if (!isGroup(chat)) throw badRequest("can't change chat permissions");
    mustHaveRight(bot, chat, 'can_restrict_members', 'not enough rights to change chat permissions');
    bot.chats.settings(chat.id).permissions = permissions;
    return succeed(true);
  },
  pinChatMessage(call) {
    const chat = pinnableChat(call);
    const { message_id } = findMessage(call, 'message to pin');
    const settings = call.bot.chats.settings(chat.id);
    settings.pinnedIds = [...settings.pinnedIds.filter((id) => id !== message_id), message_id];
    return succeed(true);
  },
  unpinChatMessage(call) {
    const chat = pinnableChat(call);
    const settings = call.bot.chats.settings(chat.id);
    const given = call.args.integer('message_id', { absent: 0 });
    const wanted = given === 0 ? settings.pinnedIds.at(-1) : findMessage(call, 'message to unpin').message_id;
    if (wanted === undefined) throw badRequest('message to unpin not found');
    settings.pinnedIds = settings.pinnedIds.filter((id) => id !== wanted);
    return succeed(true);
  },
  unpinAllChatMessages(call) {
    const chat = pinnableChat(call);
    call.bot.chats.settings(chat.id).pinnedIds = [];
    return succeed(true);
  },
};

function isGroup(chat: Chat): boolean {
  return chat['type'] === 'group' || chat['type'] === 'supergroup';
}

function pinnableChat({ bot, args }: MethodCall): Chat {
  const chat = reachableChat(bot, args);
  if (chat['type'] === 'private') return chat;
  const right = chat['type'] === 'channel' ? 'can_edit_messages' : 'can_pin_messages';
  mustHaveRight(bot, chat, right, 'not enough rights to manage pinned messages in the chat');
  return chat;
}
