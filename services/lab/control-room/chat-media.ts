/**
 * Files, places and contacts of the page's chat: what a person sends, and the bytes of what is shown.
 *
 * | call | does |
 * | --- | --- |
 * | `POST /api/chat/media {files: [{name, type, base64}], text?, as?, locale?}` | a person sends files; `text` is the caption |
 * | `POST /api/chat/media {location: {latitude, longitude}, …}` or `{contact: true, …}` | a person sends a place, or their own contact |
 * | `GET /api/chat/file?id=…` | the bytes of a file by its `file_id` |
 *
 * Only pictures, sound and film are sent as what they are; a browser saves anything else, whatever a bot calls it.
 *
 * Tested by: test/lab/control-room/chat-media.test.ts
 */
import type { ServerResponse } from 'node:http';
import type { Locale } from '../../core/platform/locale.ts';
import type { Conversations } from '../chats/conversations.ts';
import type { Person } from '../chats/people.ts';
import type { ChosenFile } from '../chats/phone-files.ts';
import { isObject } from '../telegram-emulator/arguments.ts';
import { BotApiRefusal } from '../telegram-emulator/errors.ts';

type Body = Readonly<Record<string, unknown>>;
type Chats = Pick<Conversations, 'send' | 'sendFiles' | 'file'>;

const filesMax = 10;
const captionLengthMax = 1024;
const shownTypes = /^(image\/(jpeg|png|gif|webp)|audio\/[\w.+-]+|video\/[\w.+-]+)$/;

/** Sends what the body holds; returns one line if it is invalid or Telegram refuses it. */
export function sendMedia(
  conversations: Chats,
  { person, body, locale }: { person: Person; body: Body; locale: Locale },
): { messageIds: number[] } | string {
  const { files, location, contact, text = '' } = body;
  if (typeof text !== 'string' || text.length > captionLengthMax) {
    return `text: expected at most ${captionLengthMax} characters`;
  }
  if (isObject(location)) {
    const point = readPoint(location);
    if (point === undefined) return 'location: expected latitude and longitude as numbers';
    return { messageIds: [conversations.send(person, { location: point }, locale)] };
  }
  if (contact === true) {
    return { messageIds: [conversations.send(person, { contact: contactOf(person) }, locale)] };
  }
  const chosen = readFiles(files);
  if (chosen === undefined) return `files: expected 1 to ${filesMax} files {name, type, base64}`;
  try {
    return { messageIds: conversations.sendFiles(person, chosen, text.trim(), locale) };
  } catch (error) {
    if (error instanceof BotApiRefusal) return error.message;
    throw error;
  }
}

export function sendFile(conversations: Chats, fileId: string, response: ServerResponse): void {
  const file = conversations.file(fileId);
  if (file === undefined) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('Not found\n');
    return;
  }
  const isShown = shownTypes.test(file.mimeType);
  response.writeHead(200, {
    'content-type': isShown ? file.mimeType : 'application/octet-stream',
    'content-length': file.bytes.length,
    'content-disposition': isShown ? 'inline' : 'attachment',
    // A file never changes.
    'cache-control': 'private, max-age=3600',
  });
  response.end(file.bytes);
}

function readFiles(files: unknown): ChosenFile[] | undefined {
  if (!Array.isArray(files) || files.length === 0 || files.length > filesMax) return undefined;
  const read = files.map((file: unknown) => {
    if (!isObject(file)) return undefined;
    const { name, type: mimeType, base64 } = file;
    if (typeof name !== 'string' || typeof mimeType !== 'string' || typeof base64 !== 'string') {
      return undefined;
    }
    const bytes = Buffer.from(base64, 'base64');
    return bytes.length === 0 ? undefined : { name, mimeType, bytes };
  });
  return read.every((file) => file !== undefined) ? read : undefined;
}

function readPoint({ latitude, longitude }: Body): { latitude: number; longitude: number } | undefined {
  if (typeof latitude !== 'number' || typeof longitude !== 'number') return undefined;
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : undefined;
}

function contactOf({ id, name }: Person): Body {
  return { phone_number: `+7900000${id}`, first_name: name, user_id: id };
}
