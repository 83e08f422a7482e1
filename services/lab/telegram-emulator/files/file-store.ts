/**
 * The files of one bot: uploaded by it, or sent to it by people.
 *
 * Guarantees: file ids are opaque and valid for one bot; an id stays valid until the store has taken 256 MiB of newer
 * files; a path is valid once getFile has given it, as on the real server.
 * Does not guarantee: anything beyond the life of the process.
 */
import { createHash } from 'node:crypto';
import type { MessageContent } from '../messages.ts';
import { type FileKind, kindFacts } from './file-kinds.ts';
import { endingOf } from './mime-types.ts';

const storeBytesMax = 2 ** 28;
/** The last bytes of every file id: the format's version. */
const idEnd = Buffer.from([54, 4]);
const idBytes = 46;
const uniqueIdBytes = 12;

export interface NewFile {
  readonly kind: FileKind;
  readonly bytes: Buffer;
  readonly mimeType: string;
  /** As told to the bot; the length of `bytes` if absent. */
  readonly sizeBytes?: number;
}

export interface StoredFile extends NewFile {
  readonly fileId: string;
  readonly uniqueId: string;
  /** The fields of a message that carries it, for sending it again. */
  readonly content: MessageContent;
}

interface Upload {
  readonly bytes: number;
  readonly fileIds: string[];
}

export class FileStore {
  readonly #botId: number;
  readonly #seed: string;
  readonly #files = new Map<string, StoredFile>();
  readonly #fileIdsByPath = new Map<string, string>();
  readonly #paths = new Map<string, string>();
  readonly #uploads: Upload[] = [];
  #bytes = 0;
  #count = 0;

  constructor(botId: number, seed: string) {
    this.#botId = botId;
    this.#seed = seed;
  }

  /**
   * Keeps the files of one upload: the sizes of a photo, a video and its thumbnail. `show` makes the message's fields from
   * each file's `file_id`, `file_unique_id` and `file_size`.
   */
  add(
    files: readonly NewFile[],
    show: (shown: readonly Record<string, unknown>[]) => MessageContent,
  ): MessageContent {
    const ids = files.map((file) => this.#newIds(file.kind));
    const content = show(files.map((file, index) => ({ ...ids[index], file_size: sizeOf(file) })));
    for (const [index, file] of files.entries()) {
      const { file_id: fileId = '', file_unique_id: uniqueId = '' } = ids[index] ?? {};
      this.#files.set(fileId, { ...file, fileId, uniqueId, content });
    }
    const bytes = new Set(files.map((file) => file.bytes));
    this.#keep({
      bytes: [...bytes].reduce((sum, { length }) => sum + length, 0),
      fileIds: ids.map(({ file_id }) => file_id),
    });
    return content;
  }

  find(fileId: string): StoredFile | undefined {
    return this.#files.get(fileId);
  }

  /** The path to download it at; the same on every call. */
  pathOf({ fileId, kind, mimeType }: StoredFile): string {
    const known = this.#paths.get(fileId);
    if (known !== undefined) return known;
    const ending = endingOf(mimeType);
    const path = `${kindFacts(kind).folder}/file_${this.#paths.size}${ending === '' ? '' : `.${ending}`}`;
    this.#paths.set(fileId, path);
    this.#fileIdsByPath.set(path, fileId);
    return path;
  }

  atPath(path: string): StoredFile | undefined {
    return this.find(this.#fileIdsByPath.get(path) ?? '');
  }

  /** Whether a text could be a file id: one of another bot, or of a file that is forgotten. */
  static isWellFormed(fileId: string): boolean {
    const bytes = Buffer.from(fileId, 'base64url');
    return bytes.length === idBytes && bytes.subarray(-idEnd.length).equals(idEnd);
  }

  #keep(upload: Upload): void {
    this.#uploads.push(upload);
    this.#bytes += upload.bytes;
    while (this.#bytes > storeBytesMax && this.#uploads.length > 1) {
      const oldest = this.#uploads.shift();
      this.#bytes -= oldest?.bytes ?? 0;
      for (const fileId of oldest?.fileIds ?? []) this.#files.delete(fileId);
    }
  }

  #newIds(kind: FileKind): { file_id: string; file_unique_id: string } {
    this.#count += 1;
    const hash = createHash('sha512').update(`${this.#botId}/${this.#seed}/${this.#count}`).digest();
    const { code } = kindFacts(kind);
    const start = Buffer.from([code, 0, 2, 2, 2, 0, 3, 25, 1, 0]);
    const middle = hash.subarray(0, idBytes - start.length - idEnd.length);
    return {
      file_id: Buffer.concat([start, middle, idEnd]).toString('base64url'),
      file_unique_id: Buffer.concat([Buffer.from([code]), hash.subarray(-uniqueIdBytes)]).toString(
        'base64url',
      ),
    };
  }
}

export function sizeOf({ sizeBytes, bytes }: NewFile): number {
  return sizeBytes ?? bytes.length;
}
