/**
 * The kinds of file that a message can carry, as the real server names them.
 *
 * Tested by: test/lab/telegram-emulator/files/file-store.test.ts
 */
export interface KindFacts {
  /** As a refusal calls it. */
  readonly label: string;
  /** The folder of its `file_path`. */
  readonly folder: string;
  /** The first byte of its file ids. */
  readonly code: number;
  /** Of a file whose name does not tell: its type, and the ending of its path. */
  readonly mimeType: string;
  /** More bytes than that are refused, with these words. */
  readonly sizeMax?: number;
  readonly sizeWords?: string;
}

export const fileKinds = {
  photo: {
    label: 'Photo',
    folder: 'photos',
    code: 2,
    mimeType: 'image/jpeg',
    sizeMax: 10 * 2 ** 20,
    sizeWords: ' for a photo',
  },
  document: { label: 'Document', folder: 'documents', code: 5, mimeType: 'application/octet-stream' },
  video: { label: 'Video', folder: 'videos', code: 4, mimeType: 'video/mp4' },
  audio: { label: 'Audio', folder: 'music', code: 9, mimeType: 'audio/mpeg' },
  voice: { label: 'VoiceNote', folder: 'voice', code: 3, mimeType: 'audio/ogg' },
  animation: { label: 'Animation', folder: 'animations', code: 10, mimeType: 'video/mp4' },
  sticker: { label: 'Sticker', folder: 'stickers', code: 8, mimeType: 'image/webp' },
  video_note: {
    label: 'VideoNote',
    folder: 'video_notes',
    code: 13,
    mimeType: 'video/mp4',
    sizeMax: 12 * 2 ** 20,
    sizeWords: ' for a video note',
  },
  thumbnail: {
    label: 'Thumbnail',
    folder: 'thumbnails',
    code: 0,
    mimeType: 'image/jpeg',
    sizeMax: 200 * 2 ** 10 - 1,
    sizeWords: ' for a thumbnail',
  },
} as const satisfies Record<string, KindFacts>;

export type FileKind = keyof typeof fileKinds;

export function kindFacts(kind: FileKind): KindFacts {
  return fileKinds[kind];
}

export function isFileKind(value: unknown): value is FileKind {
  return typeof value === 'string' && Object.hasOwn(fileKinds, value);
}

/** Any of these may be sent again by its id where another is asked for; it stays what it is. */
export function isDocumentLike(kind: FileKind): boolean {
  return kind !== 'photo' && kind !== 'thumbnail';
}
