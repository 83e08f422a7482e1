/**
 * Files.
 *
 * The emulator keeps no files: any id is one, and nothing is found at its path.
 *
 * Tested by: test/lab/telegram-emulator/methods/basics.test.ts
 */
import { badRequest, succeed } from '../errors.ts';
import type { MethodGroup } from './method.ts';

export const fileMethods: MethodGroup = {
  getFile({ args }) {
    const id = args.text('file_id');
    if (id === '') throw badRequest('file_id not specified');
    return succeed({ file_id: id, file_unique_id: id, file_path: `files/${id}` });
  },
};
