/**
 * Copying, forwarding and deleting messages, one or many at a time.
 *
 * The emulator knows the last 10,000 messages that the bot sent and got: others are not found.
 */
import { reachableChat } from '../access.ts';
import type { Arguments } from '../arguments.ts';
import { canHaveCaption, withCaption } from '../captions.ts';
import { badRequest, succeed } from '../errors.ts';
import { messageJson } from '../message-json.ts';
import type { Message, MessageContent } from '../messages.ts';
import { postMessage } from '../send.ts';
import type { MethodCall, MethodGroup } from './method.ts';

const idsMax = 100;
/** What of a message goes along with a copy of it. */
const copiedFields = [
  ...['text', 'entities', 'link_preview_options', 'caption', 'caption_entities', 'show_caption_above_media'],
  ...['photo', 'document', 'animation', 'video', 'audio', 'voice', 'video_note', 'sticker', 'cover'],
  ...['has_media_spoiler', 'location', 'venue', 'contact', 'poll', 'dice', 'game', 'story', 'checklist'],
];
const forwardFields = [
  ...['forward_origin', 'forward_from', 'forward_from_chat', 'forward_sender_name', 'forward_date'],
  ...['forward_from_message_id', 'forward_signature'],
];

export const copyMethods: MethodGroup = {
  copyMessage(call) {
    const { args } = call;
    const content = copied(sourceMessage(call, 'copy'));
    if (content === undefined) throw badRequest("the message can't be copied");
    const replaced = args.has('caption') && canHaveCaption(content) ? withCaption(content, args) : content;
    return succeed({ message_id: postMessage(call, replaced).message_id });
  },
  forwardMessage(call) {
    const content = forwarded(sourceMessage(call, 'forward'));
    if (content === undefined) throw badRequest("the message can't be forwarded");
    return succeed(messageJson(call.bot, postMessage(call, content)));
  },
  copyMessages: (call) =>
    sendAll(call, (message) => {
      const content = copied(message);
      if (content === undefined || !call.args.flag('remove_caption')) return content;
      const { caption: _, caption_entities: __, ...rest } = content;
      return rest;
    }),
  forwardMessages: (call) => sendAll(call, forwarded),
  deleteMessages({ bot, args }) {
    const ids = readMessageIds(args);
    const chat = reachableChat(bot, args);
    for (const messageId of ids) {
      const message = bot.messages.find(chat.id, messageId);
      if (message === undefined) continue;
      message.deleted = true;
      bot.tell('message-deleted', { chatId: chat.id, messageId });
    }
    return succeed(true);
  },
};

function sourceMessage({ bot, args }: MethodCall, purpose: 'copy' | 'forward'): Message {
  const chat = bot.chats.resolve(requiredFromChat(args));
  const message = bot.messages.find(chat.id, args.integer('message_id', { absent: 0 }));
  if (message === undefined) throw badRequest(`message to ${purpose} not found`);
  return message;
}

/** Those that cannot be sent are left out, as on the real server; albums stay albums, with ids of their own. */
function sendAll(call: MethodCall, make: (message: Message) => MessageContent | undefined) {
  const { bot, args } = call;
  const fromText = requiredFromChat(args);
  const ids = readMessageIds(args);
  reachableChat(bot, args);
  const from = bot.chats.resolve(fromText);
  if (ids.some((id, index) => id <= (ids[index - 1] ?? 0))) {
    throw badRequest('message identifiers must be in a strictly increasing order');
  }
  const found = ids.map((id) => bot.messages.find(from.id, id)).filter((one) => one !== undefined);
  const groups = new Map<unknown, string>();
  const contents = found.flatMap((message) => {
    const content = make(message);
    if (content === undefined) return [];
    const { media_group_id } = message.content;
    if (media_group_id === undefined) return [content];
    const group = groups.get(media_group_id) ?? bot.messages.newMediaGroupId();
    groups.set(media_group_id, group);
    return [{ ...content, media_group_id: group }];
  });
  if (contents.length === 0) throw badRequest('there are no messages to forward');
  const plain = { ...call, args: args.without('reply_markup', 'reply_parameters', 'reply_to_message_id') };
  return succeed(contents.map((content) => ({ message_id: postMessage(plain, content).message_id })));
}

/** Undefined for a message without content of its own: a service message. */
function copied({ content }: Message): MessageContent | undefined {
  const fields = Object.entries(content).filter(([name]) => copiedFields.includes(name));
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function forwarded(message: Message): MessageContent | undefined {
  const content = copied(message);
  return content && { ...origin(message), ...content };
}

/** Who wrote it first; a forwarded message keeps what it says of that. */
function origin({ content, chat, from, date, message_id }: Message): MessageContent {
  if (content['forward_origin'] !== undefined) {
    return Object.fromEntries(Object.entries(content).filter(([name]) => forwardFields.includes(name)));
  }
  if (chat['type'] === 'channel') {
    const forward_origin = { type: 'channel', chat, message_id, date };
    return {
      forward_origin,
      forward_from_chat: chat,
      forward_from_message_id: message_id,
      forward_date: date,
    };
  }
  return {
    forward_origin: { type: 'user', sender_user: from, date },
    forward_from: from,
    forward_date: date,
  };
}

function requiredFromChat(args: Arguments): string {
  const text = args.text('from_chat_id');
  if (text === '') throw badRequest('parameter "from_chat_id" is required');
  return text;
}

function readMessageIds(args: Arguments): number[] {
  if (args.text('message_ids') === '') throw badRequest('message identifiers are not specified');
  const values = args.json('message_ids');
  if (values === undefined) throw badRequest("can't parse message_ids JSON object");
  if (!Array.isArray(values)) throw badRequest('expected an Array of message identifiers');
  if (values.length > idsMax) throw badRequest('too many message identifiers specified');
  if (values.length === 0) throw badRequest('message identifiers are not specified');
  return values.map((value: unknown) => {
    if (typeof value !== 'number' && typeof value !== 'string') {
      throw badRequest('message identifier must be a Number');
    }
    const id = Number(value);
    if (!Number.isInteger(id)) throw badRequest("can't parse message identifier as a Number");
    if (id <= 0) throw badRequest('invalid message identifier specified');
    return id;
  });
}
