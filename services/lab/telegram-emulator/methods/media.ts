/**
 * Sending media: one method for each kind of file, and albums.
 */
import { reachableChat } from '../access.ts';
import { badRequest, succeed } from '../errors.ts';
import type { FileKind } from '../files/file-kinds.ts';
import { readInputMedia, readMedia } from '../files/read-media.ts';
import { SendFailure } from '../files/send-failure.ts';
import { messageJson } from '../message-json.ts';
import type { MessageContent } from '../messages.ts';
import { postMessage, sendMessage } from '../send.ts';
import type { Method, MethodCall, MethodGroup } from './method.ts';

const albumItemsMax = 10;
const albumKinds = ['photo', 'video', 'audio', 'document'];
/** An album of these holds nothing else. */
const homogenousKinds = ['audio', 'document'];

export const mediaMethods: MethodGroup = {
  sendPhoto: sendKind('photo'),
  sendDocument: sendKind('document'),
  sendVideo: sendKind('video'),
  sendAnimation: sendKind('animation'),
  sendAudio: sendKind('audio'),
  sendVoice: sendKind('voice'),
  sendVideoNote: sendKind('video_note'),
  sendSticker: sendKind('sticker'),
  sendMediaGroup(call) {
    const { bot, args } = call;
    const contents = readAlbum(call);
    reachableChat(bot, args);
    checkAlbum(contents);
    // One item alone is an ordinary message.
    const group = contents.length > 1 ? { media_group_id: bot.messages.newMediaGroupId() } : {};
    // An album takes no buttons.
    const plain = { ...call, args: args.without('reply_markup') };
    const sent = contents.map((content) => postMessage(plain, { ...content, ...group }));
    return succeed(sent.map((message) => messageJson(bot, message)));
  },
};

function sendKind(kind: FileKind): Method {
  return (call) => {
    const content = readMedia(call, { kind, field: kind });
    if (content === undefined) throw badRequest(`there is no ${kind.replace('_', ' ')} in the request`);
    return sendMessage(call, content);
  };
}

function readAlbum(call: MethodCall): MessageContent[] {
  const { args } = call;
  if (args.text('media') === '') throw badRequest('parameter "media" is required');
  const media = args.json('media');
  if (media === undefined) throw badRequest("can't parse media JSON object");
  if (!Array.isArray(media)) throw badRequest('expected an Array of InputMedia');
  return media.map((value, index) => {
    try {
      return readInputMedia(call, { value, forAlbum: true });
    } catch (error) {
      throw error instanceof SendFailure ? error.inAlbum(index + 1) : error;
    }
  });
}

function checkAlbum(contents: readonly MessageContent[]): void {
  if (contents.length === 0) throw badRequest('there are no messages to send');
  if (contents.length > albumItemsMax) throw badRequest('too many messages to send as an album');
  const kinds = new Set(contents.map((content) => albumKinds.find((kind) => content[kind] !== undefined)));
  if (kinds.has(undefined)) throw badRequest("can't use the media of the specified type in the album");
  const alone = homogenousKinds.find((kind) => kinds.has(kind));
  if (kinds.size > 1 && alone !== undefined) {
    throw badRequest(`${alone} can't be mixed with other media types`);
  }
}
