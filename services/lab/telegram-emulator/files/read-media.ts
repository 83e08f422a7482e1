/**
 * Reads the media of a call, or of one InputMedia in it: its file, what is said of it, and its caption.
 *
 * Source: telegram-bot-api's `process_send_photo_query` and its kin, `get_input_media`.
 *
 * Tested by: test/lab/telegram-emulator/methods/media.test.ts
 */
import { type Arguments, isObject } from '../arguments.ts';
import type { Bot } from '../bot.ts';
import { isVisual, withCaption } from '../captions.ts';
import { badRequest } from '../errors.ts';
import { JsonFields } from '../json-fields.ts';
import type { MessageContent } from '../messages.ts';
import type { FileKind } from './file-kinds.ts';
import { isStored, readInputFile, readUpload } from './input-file.ts';
import { addMedia, type MediaDetails } from './media.ts';

const durationMaxSeconds = 86_400;
const sideMax = 10_000;
const inputMediaKinds = ['photo', 'video', 'animation', 'audio', 'document'] as const;

/** The media whose file the argument `field` names; undefined if there is none. */
export function readMedia(
  { bot, args }: { bot: Bot; args: Arguments },
  { kind, field }: { kind: FileKind; field: string },
): MessageContent | undefined {
  const file = readInputFile({ args, files: bot.files }, { kind, field });
  if (file === undefined) return undefined;
  const content = isStored(file)
    ? file.content
    : addMedia(bot.files, { kind, file, details: readDetails(args) });
  const hidden = isVisual(content) && args.flag('has_spoiler') ? { has_media_spoiler: true } : {};
  return withCaption({ ...content, ...hidden }, args);
}

/** One InputMedia; `forAlbum` refuses what no album may hold. */
export function readInputMedia(
  { bot, args }: { bot: Bot; args: Arguments },
  { value, forAlbum }: { value: unknown; forAlbum: boolean },
): MessageContent {
  if (!isObject(value)) throw cannotParse('expected an Object');
  const type = checkedType(new JsonFields(value, cannotParse));
  const kind = inputMediaKinds.find((known) => known === type);
  const inner = args.within(value);
  if (kind === undefined) throw cannotParse(`type "${type}" is unsupported`);
  if (forAlbum && kind === 'animation') throw cannotParse(`type "${type}" can't be used in sendMediaGroup`);
  const content = readMedia({ bot, args: inner }, { kind, field: 'media' });
  if (content === undefined) throw cannotParse('media not found');
  return content;
}

/** Refuses fields of the wrong type. */
function checkedType(fields: JsonFields): string {
  for (const name of ['caption', 'parse_mode', 'media', 'thumbnail', 'thumb', 'title', 'performer']) {
    fields.optionalText(name);
  }
  for (const name of ['width', 'height', 'duration']) fields.optionalInteger(name);
  for (const name of ['show_caption_above_media', 'has_spoiler']) fields.flag(name);
  return fields.text('type');
}

function readDetails(args: Arguments): MediaDetails {
  const side = (name: string): number => args.integer(name, { absent: 0, min: 0, max: sideMax });
  const thumbnail = (field: string) => readUpload(args, { kind: 'thumbnail', field });
  return {
    duration: args.integer('duration', { absent: 0, min: 0, max: durationMaxSeconds }),
    width: side('width'),
    height: side('height'),
    length: side('length'),
    title: args.text('title'),
    performer: args.text('performer'),
    emoji: args.text('emoji'),
    thumbnail: thumbnail('thumbnail') ?? thumbnail('thumb'),
  };
}

function cannotParse(why: string): Error {
  return badRequest(`can't parse InputMedia: ${why}`);
}
