/**
 * What a phone makes of the files that a person chooses: the kind of each message, and albums.
 *
 * A picture becomes a photo, a GIF an animation, an OGG sound a voice message, another sound or film music or a video,
 * anything else a document. Photos and videos sent together are albums of ten, and so are other files of one kind.
 */
import type { FileKind } from '../telegram-emulator/files/file-kinds.ts';
import type { PersonsFile } from '../telegram-emulator/files/new-file.ts';

export interface ChosenFile {
  readonly name: string;
  /** As the browser tells it; may be empty. */
  readonly mimeType: string;
  readonly bytes: Buffer;
}

const albumItemsMax = 10;
const photoTypes = ['image/jpeg', 'image/png', 'image/webp'];
const voiceTypes = ['audio/ogg', 'audio/opus', 'application/ogg'];
/** Which kinds come together in one album. */
const albums: Partial<Record<FileKind, string>> = {
  photo: 'pictures',
  video: 'pictures',
  audio: 'music',
  document: 'documents',
};

export function personsFile({ name, mimeType, bytes }: ChosenFile): PersonsFile {
  return { kind: kindOf(mimeType), name, bytes };
}

/** Splits files into what is sent together: each group is one message, or an album. */
export function intoAlbums<T extends { readonly kind: FileKind }>(files: readonly T[]): T[][] {
  const groups: T[][] = [];
  for (const file of files) {
    const last = groups.at(-1);
    const album = albums[file.kind];
    const fits = album !== undefined && last?.[0] !== undefined && albums[last[0].kind] === album;
    if (last !== undefined && fits && last.length < albumItemsMax) last.push(file);
    else groups.push([file]);
  }
  return groups;
}

function kindOf(mimeType: string): FileKind {
  const type = mimeType.toLowerCase().split(';')[0] ?? '';
  if (photoTypes.includes(type)) return 'photo';
  if (type === 'image/gif') return 'animation';
  if (voiceTypes.includes(type)) return 'voice';
  if (type.startsWith('audio/')) return 'audio';
  return type.startsWith('video/') ? 'video' : 'document';
}
