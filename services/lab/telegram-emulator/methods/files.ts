/**
 * Stored files: where to download them; and the photos of a user's profile, of which the emulator knows none.
 */
import { readUserId } from '../access.ts';
import { badRequest, succeed } from '../errors.ts';
import { FileStore, sizeOf } from '../files/file-store.ts';
import type { MethodGroup } from './method.ts';

/** The public server gives out no larger file. */
const downloadBytesMax = 20 * 2 ** 20;

export const fileMethods: MethodGroup = {
  getFile({ bot, args }) {
    const id = args.text('file_id');
    if (id === '') throw badRequest('file_id not specified');
    const file = bot.files.find(id);
    if (file === undefined) {
      throw badRequest(
        FileStore.isWellFormed(id)
          ? 'wrong file_id or the file is temporarily unavailable'
          : 'invalid file_id',
      );
    }
    if (file.bytes.length > downloadBytesMax) throw badRequest('file is too big');
    const { fileId: file_id, uniqueId: file_unique_id } = file;
    return succeed({ file_id, file_unique_id, file_size: sizeOf(file), file_path: bot.files.pathOf(file) });
  },
  getUserProfilePhotos({ args }) {
    readUserId(args);
    return succeed({ total_count: 0, photos: [] });
  },
};
