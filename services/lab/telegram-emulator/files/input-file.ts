/**
 * The file that an argument names: an upload (as a part of the same name, or `attach://<part>`), or the id of a stored
 * file. The world cannot be reached from here, so every URL is refused like one that does not answer.
 * Source: telegram-bot-api's `get_input_file`; td's `FileManager::from_persistent_id`, `check_full_local_location`.
 *
 * Tested by: test/lab/telegram-emulator/methods/media.test.ts
 */
import type { Arguments } from '../arguments.ts';
import { BotApiRefusal, badRequest } from '../errors.ts';
import type { UploadedFile } from '../multipart.ts';
import { type FileKind, isDocumentLike, kindFacts } from './file-kinds.ts';
import { FileStore, type StoredFile } from './file-store.ts';
import { SendFailure } from './send-failure.ts';

/** The public server's limit for an upload. */
const uploadBytesMax = 50 * 2 ** 20;
const attach = 'attach://';

interface Sources {
  readonly args: Arguments;
  readonly files: FileStore;
}

/** Undefined if neither an upload nor an id is there. `value` is the argument's, unless given. */
export function readInputFile(
  { args, files }: Sources,
  { kind, field, value = args.text(field) }: { kind: FileKind; field: string; value?: string },
): UploadedFile | StoredFile | undefined {
  const isId = value !== '' && !value.startsWith(attach);
  return isId ? storedFile(files, { kind, fileId: value }) : readUpload(args, { kind, field, value });
}

/** For what cannot be sent by id, such as a thumbnail: an id is passed over. */
export function readUpload(
  args: Arguments,
  { kind, field, value = args.text(field) }: { kind: FileKind; field: string; value?: string },
): UploadedFile | undefined {
  const upload = args.file(value.startsWith(attach) ? value.slice(attach.length) : field);
  if (upload !== undefined) checkSize(upload.bytes.length, kind);
  return upload;
}

export function isStored(file: UploadedFile | StoredFile): file is StoredFile {
  return 'fileId' in file;
}

function checkSize(sizeBytes: number, kind: FileKind): void {
  const { sizeMax, sizeWords } = kindFacts(kind);
  if (sizeBytes === 0) throw badRequest('file must be non-empty');
  if (sizeMax !== undefined && sizeBytes > sizeMax) {
    throw badRequest(
      `file of size ${sizeBytes} bytes is too big${sizeWords}; the maximum size is ${sizeMax} bytes`,
    );
  }
  if (sizeBytes > uploadBytesMax) throw new BotApiRefusal(413, 'Request Entity Too Large');
}

function storedFile(files: FileStore, { kind, fileId }: { kind: FileKind; fileId: string }): StoredFile {
  const file = files.find(fileId);
  if (file === undefined) throw unknownFile(fileId);
  if (file.kind !== kind && !(isDocumentLike(file.kind) && isDocumentLike(kind))) {
    throw badRequest(`can't use file of type ${kindFacts(file.kind).label} as ${kindFacts(kind).label}`);
  }
  return file;
}

function unknownFile(text: string): Error {
  if (text.includes('.')) {
    return new SendFailure(/^https?:\/\/[^/]/i.test(text) ? 'WEBPAGE_CURL_FAILED' : 'WC_CONVERT_URL_INVALID');
  }
  if (FileStore.isWellFormed(text)) return new SendFailure('Wrong file identifier/HTTP URL specified');
  return badRequest(`wrong remote file identifier specified: ${whyMalformed(text)}`);
}

/** In the words of td's `base64url_decode` and `from_persistent_id`. */
function whyMalformed(text: string): string {
  const bare = text.replace(/=+$/, '');
  const padding = text.length - bare.length;
  if (padding >= 3) return 'Wrong string padding';
  if (padding > 0 && (bare.length + padding) % 4 !== 0) return 'Wrong padding length';
  if (bare.length % 4 === 1) return 'Wrong string length';
  if (!/^[\w-]*$/.test(bare)) return 'Wrong character in the string';
  const version = Buffer.from(bare, 'base64url').at(-1) ?? 0;
  return version === 2 || version === 4 ? "can't unserialize it" : "can't unserialize it. Wrong last symbol";
}
