import { describe, expect, it } from 'vitest';
import { startRig } from '../emulator-fixture.ts';
import { upload } from '../files/image-fixture.ts';

const refused = (description: string): unknown => ({ ok: false, error_code: 400, description });

async function documentId(bytes: Buffer): Promise<[ReturnType<typeof startRig>, string]> {
  const rig = startRig();
  const file = upload('a.txt', bytes);
  const { result } = await rig.call('sendDocument', { chat_id: 7 }, { document: file });
  return [rig, (result as { document: { file_id: string } }).document.file_id];
}

describe('getFile', () => {
  it('gives a path to a stored file', async () => {
    const [rig, file_id] = await documentId(Buffer.from('words'));
    expect(await rig.call('getFile', { file_id })).toEqual({
      ok: true,
      result: {
        file_id,
        file_unique_id: expect.any(String),
        file_size: 5,
        file_path: 'documents/file_0.txt',
      },
    });
  });

  it('refuses a file of more than 20 MB, which can be sent all the same', async () => {
    const [rig, file_id] = await documentId(Buffer.alloc(20 * 2 ** 20 + 1));
    expect(await rig.call('getFile', { file_id })).toEqual(refused('Bad Request: file is too big'));
  });

  it('refuses an id that no file has', async () => {
    const [rig, file_id] = await documentId(Buffer.from('words'));
    expect(await rig.call('getFile', {})).toEqual(refused('Bad Request: file_id not specified'));
    expect(await rig.call('getFile', { file_id: 'photo-1' })).toEqual(
      refused('Bad Request: invalid file_id'),
    );
    const strange = `${file_id.slice(0, 20)}${'A'.repeat(39)}${file_id.slice(59)}`;
    expect(await rig.call('getFile', { file_id: strange })).toEqual(
      refused('Bad Request: wrong file_id or the file is temporarily unavailable'),
    );
  });
});

describe('getUserProfilePhotos', () => {
  it('knows of none', async () => {
    expect(await startRig().call('getUserProfilePhotos', { user_id: 7 })).toEqual({
      ok: true,
      result: { total_count: 0, photos: [] },
    });
    expect(await startRig().call('getUserProfilePhotos', { user_id: 'x' })).toEqual(
      refused('Bad Request: invalid user_id specified'),
    );
  });
});
