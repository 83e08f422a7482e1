/**
 * A file that a person sends to the bot: stored like Telegram stores it before it delivers the message.
 *
 * Tested by: test/lab/telegram-emulator/control.test.ts
 */
import type { MessageContent } from '../messages.ts';
import { type FileKind, fileKinds, isFileKind } from './file-kinds.ts';
import type { FileStore } from './file-store.ts';
import { addMedia, type MediaDetails } from './media.ts';

export interface PersonsFile extends Omit<MediaDetails, 'thumbnail'> {
  readonly kind: FileKind;
  readonly bytes: Buffer;
  readonly name?: string;
}

/** Returns the fields of the message: `{photo: […]}`, `{document: {…}}`, … */
export function addPersonsFile(files: FileStore, file: PersonsFile): MessageContent {
  const { kind, bytes, name = '', ...details } = file;
  return addMedia(files, { kind, file: { name, bytes }, details });
}

/** Reads the request of the control API; returns one line if it is invalid. */
export function readPersonsFile(searchParams: URLSearchParams, bytes: Buffer): PersonsFile | string {
  const kind = searchParams.get('kind');
  if (!isFileKind(kind) || kind === 'thumbnail') {
    const kinds = Object.keys(fileKinds).filter((known) => known !== 'thumbnail');
    return `kind: expected one of ${kinds.join(', ')}; got ${JSON.stringify(kind)}`;
  }
  if (bytes.length === 0) return 'the body is empty: expected the bytes of the file';
  const numbers = ['duration', 'width', 'height', 'length'] as const;
  const wrong = numbers.find((name) => !/^\d{0,5}$/.test(searchParams.get(name) ?? ''));
  if (wrong !== undefined) {
    return `${wrong}: expected a whole number, got ${JSON.stringify(searchParams.get(wrong))}`;
  }
  const given = (name: string): boolean => (searchParams.get(name) ?? '') !== '';
  const texts = ['name', 'title', 'performer', 'emoji'] as const;
  return {
    kind,
    bytes,
    ...Object.fromEntries(numbers.filter(given).map((name) => [name, Number(searchParams.get(name))])),
    ...Object.fromEntries(texts.filter(given).map((name) => [name, searchParams.get(name)])),
  };
}
