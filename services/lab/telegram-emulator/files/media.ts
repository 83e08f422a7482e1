/**
 * Keeps a file of any kind, and makes the fields of a message that carries it.
 *
 * Does not guarantee: what only decoding would tell. Duration, width, height, title and performer are those that the sender
 * gave; no thumbnail is made; whether a voice message is OGG is not looked at.
 *
 * Tested by: test/lab/telegram-emulator/methods/media.test.ts
 */
import type { MessageContent } from '../messages.ts';
import type { UploadedFile } from '../multipart.ts';
import { type FileKind, kindFacts } from './file-kinds.ts';
import { cleanFileName } from './file-name.ts';
import type { FileStore, NewFile } from './file-store.ts';
import { readImageHeader } from './image-header.ts';
import { mimeTypeOf } from './mime-types.ts';
import { addPhoto } from './photo.ts';

/** What the sender says of a file; what is absent is 0 or left out. */
export interface MediaDetails {
  readonly duration?: number;
  readonly width?: number;
  readonly height?: number;
  readonly length?: number;
  readonly title?: string;
  readonly performer?: string;
  readonly emoji?: string;
  readonly thumbnail?: UploadedFile | undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const stickerSide = 512;

export function addMedia(
  files: FileStore,
  { kind, file, details = {} }: { kind: FileKind; file: UploadedFile; details?: MediaDetails },
): MessageContent {
  if (kind === 'photo') return addPhoto(files, file.bytes);
  const name = cleanFileName(file.name);
  const image = readImageHeader(file.bytes);
  const mimeType = mimeTypeOf(name) ?? image?.mimeType ?? kindFacts(kind).mimeType;
  const main: NewFile = { kind, bytes: file.bytes, mimeType };
  const described = describe[kind]({ name, mimeType, details, image });
  const { thumbnail } = details;
  const stored = thumbnail === undefined ? [main] : [main, thumbnailFile(thumbnail)];
  return files.add(stored, ([shown, small]) => {
    const preview = thumbnail === undefined ? undefined : { ...small, ...sidesOf(thumbnail) };
    const fields = { ...described, ...(preview && { thumbnail: preview, thumb: preview }), ...shown };
    return { [kind]: fields, ...(kind === 'animation' ? { document: asDocument(fields) } : {}) };
  });
}

interface Described {
  readonly name: string;
  readonly mimeType: string;
  readonly details: MediaDetails;
  readonly image: { readonly width: number; readonly height: number } | undefined;
}

const describe: Readonly<Record<Exclude<FileKind, 'photo'>, (described: Described) => Fields>> = {
  document: ({ name, mimeType }) => ({ file_name: name, mime_type: mimeType }),
  video: ({ name, mimeType, details }) => ({
    duration: details.duration ?? 0,
    width: details.width ?? 0,
    height: details.height ?? 0,
    file_name: name,
    mime_type: mimeType,
  }),
  animation: ({ name, mimeType, details, image }) => ({
    file_name: name,
    mime_type: mimeType,
    duration: details.duration ?? 0,
    width: details.width || (image?.width ?? 0),
    height: details.height || (image?.height ?? 0),
  }),
  audio: ({ name, mimeType, details: { duration = 0, title, performer } }) => ({
    duration,
    file_name: name,
    mime_type: mimeType,
    ...(title ? { title } : {}),
    ...(performer ? { performer } : {}),
  }),
  voice: ({ mimeType, details }) => ({ duration: details.duration ?? 0, mime_type: mimeType }),
  video_note: ({ details }) => ({ duration: details.duration ?? 0, length: details.length || 240 }),
  sticker: ({ mimeType, details, image }) => ({
    width: image?.width ?? stickerSide,
    height: image?.height ?? stickerSide,
    ...(details.emoji ? { emoji: details.emoji } : {}),
    is_animated: mimeType === 'application/x-tgsticker',
    is_video: mimeType === 'video/webm',
    type: 'regular',
  }),
  thumbnail: () => ({}),
};

/** An animation is also shown as the document that older bots know. */
function asDocument({ duration: _, width: __, height: ___, ...document }: Fields): Fields {
  return document;
}

function thumbnailFile({ bytes }: UploadedFile): NewFile {
  return {
    kind: 'thumbnail',
    bytes,
    mimeType: readImageHeader(bytes)?.mimeType ?? kindFacts('thumbnail').mimeType,
  };
}

function sidesOf({ bytes }: UploadedFile): Fields {
  const { width = 0, height = 0 } = readImageHeader(bytes) ?? {};
  return { width, height };
}
