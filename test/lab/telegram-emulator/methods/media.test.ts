import { describe, expect, it } from 'vitest';
import type { UploadedFile } from '../../../../services/lab/telegram-emulator/multipart.ts';
import { type Rig, startRig } from '../emulator-fixture.ts';
import { gif, jpeg, png, upload } from '../files/image-fixture.ts';

const refused = (description: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${description}`,
});
const fileFields = {
  file_id: expect.stringMatching(/^[\w-]{62}$/),
  file_unique_id: expect.stringMatching(/^[\w-]{18}$/),
  file_size: expect.any(Number),
};
type Sent = Record<string, Record<string, unknown> & Record<string, unknown>[]>;
/** Sends and returns the message, or fails. */
async function sent(
  rig: Rig,
  method: string,
  args: Record<string, unknown>,
  files: Record<string, UploadedFile> = {},
): Promise<Sent> {
  const answer = await rig.call(method, { chat_id: 7, ...args }, files);
  if (!answer.ok) throw new Error(answer.description);
  return answer.result as Sent;
}
const idOf = (field: Record<string, unknown> | undefined): string => String(field?.['file_id']);

describe('sendPhoto', () => {
  it('answers with the sizes of the uploaded image', async () => {
    const message = await sent(startRig(), 'sendPhoto', {}, { photo: upload('a.jpg', jpeg(1600, 1200)) });
    expect(message['photo']).toMatchObject([
      { ...fileFields, width: 90, height: 68 },
      { ...fileFields, width: 320, height: 240 },
      { ...fileFields, width: 800, height: 600 },
      { ...fileFields, width: 1280, height: 960 },
      { ...fileFields, width: 1600, height: 1200 },
    ]);
    const sizes = message['photo']?.map(({ file_size }) => Number(file_size)) ?? [];
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
    expect(sizes.at(-1)).toBe(jpeg(1600, 1200).length);
  });

  it.each([
    [60, 40, [[60, 40]]],
    [90, 30, [[90, 30]]],
    [
      300,
      3000,
      [
        [9, 90],
        [32, 320],
        [80, 800],
        [128, 1280],
        [256, 2560],
      ],
    ],
  ])('scales %i × %i', async (width, height, sides) => {
    const message = await sent(startRig(), 'sendPhoto', {}, { photo: upload('a', png(width, height)) });
    expect(message['photo']?.map((size) => [size['width'], size['height']])).toEqual(sides);
  });

  it('takes a caption with its markup, and what belongs to it', async () => {
    const args = {
      caption: '<b>One</b> two',
      parse_mode: 'HTML',
      has_spoiler: true,
      show_caption_above_media: true,
    };
    const message = await sent(startRig(), 'sendPhoto', args, { photo: upload('a', png(10, 10)) });
    expect(message).toMatchObject({
      caption: 'One two',
      caption_entities: [{ type: 'bold', offset: 0, length: 3 }],
      has_media_spoiler: true,
      show_caption_above_media: true,
    });
  });

  it('sends again by the id of any size, and shows the sent message in the state', async () => {
    const rig = startRig();
    const first = await sent(rig, 'sendPhoto', {}, { photo: upload('a', png(500, 500)) });
    const again = await sent(rig, 'sendPhoto', { photo: idOf(first['photo']?.[0]), caption: 'again' });
    expect(again).toMatchObject({ photo: first['photo'], caption: 'again' });
    expect(rig.state().sentMessages).toMatchObject([
      { chat_id: 7, photo: first['photo'] },
      { caption: 'again' },
    ]);
  });

  it('takes an upload by attach://', async () => {
    const photo = upload('a', png(10, 10));
    expect(await sent(startRig(), 'sendPhoto', { photo: 'attach://part' }, { part: photo })).toHaveProperty(
      'photo',
    );
  });

  const image = { photo: upload('a', png(10, 10)) };
  it.each<[Record<string, unknown>, Record<string, UploadedFile>, string]>([
    [{}, {}, 'there is no photo in the request'],
    [{}, { picture: upload('a', png(10, 10)) }, 'there is no photo in the request'],
    [{ photo: 'attach://x' }, image, 'there is no photo in the request'],
    [{}, { photo: upload('a.png', '') }, 'file must be non-empty'],
    [{}, { photo: upload('a.png', 'no image') }, 'IMAGE_PROCESS_FAILED'],
    [{}, { photo: upload('a.png', png(9000, 1001)) }, 'PHOTO_INVALID_DIMENSIONS'],
    [{}, { photo: upload('a.png', png(2100, 100)) }, 'PHOTO_INVALID_DIMENSIONS'],
    [
      {},
      { photo: upload('a.png', Buffer.alloc(10 * 2 ** 20 + 1)) },
      'file of size 10485761 bytes is too big for a photo; the maximum size is 10485760 bytes',
    ],
    [{ photo: 'https://example.com/a.jpg' }, {}, 'failed to get HTTP URL content'],
    [{ photo: './a.jpg' }, {}, 'wrong HTTP URL specified'],
    [{ photo: 'abcde' }, {}, 'wrong remote file identifier specified: Wrong string length'],
    [
      { photo: 'abc=' },
      {},
      "wrong remote file identifier specified: can't unserialize it. Wrong last symbol",
    ],
    [{ photo: 'ab=' }, {}, 'wrong remote file identifier specified: Wrong padding length'],
    [{ photo: 'a===' }, {}, 'wrong remote file identifier specified: Wrong string padding'],
    [{ photo: 'a b!' }, {}, 'wrong remote file identifier specified: Wrong character in the string'],
    [{ photo: 'AAAE' }, {}, "wrong remote file identifier specified: can't unserialize it"],
    [{ caption: 'x'.repeat(1025) }, image, 'message caption is too long'],
    [{ caption: '<b>', parse_mode: 'HTML' }, image, expect.stringContaining("can't parse entities") as never],
    [{ chat_id: '' }, image, 'chat_id is empty'],
  ])('refuses %o', async (args, files, why) => {
    const rig = startRig();
    const answer = await rig.call('sendPhoto', { chat_id: 7, ...args }, files);
    expect(answer).toMatchObject({ ok: false, error_code: 400 });
    expect(answer.description?.replace('Bad Request: ', '')).toEqual(why);
    expect(rig.state().sentMessagesTotal).toBe(0);
  });

  it('refuses the id of another bot', async () => {
    const message = await sent(startRig(), 'sendPhoto', {}, image);
    const strange = `${idOf(message['photo']?.[0]).slice(0, 20)}${'A'.repeat(39)}2BA`;
    expect(await startRig().call('sendPhoto', { chat_id: 7, photo: strange })).toEqual(
      refused('wrong file identifier/HTTP URL specified'),
    );
  });
});

describe('the other kinds of media', () => {
  it.each<[string, string, UploadedFile, Record<string, unknown>, Record<string, unknown>]>([
    [
      'sendDocument',
      'document',
      upload('отчёт.pdf'),
      {},
      { file_name: 'отчёт.pdf', mime_type: 'application/pdf' },
    ],
    ['sendDocument', 'document', upload('x'), {}, { mime_type: 'application/octet-stream' }],
    [
      'sendVideo',
      'video',
      upload('a.mp4'),
      { duration: 5, width: 640, height: 360 },
      { duration: 5, width: 640, height: 360, mime_type: 'video/mp4' },
    ],
    [
      'sendAnimation',
      'animation',
      upload('a.gif', gif(20, 10)),
      {},
      { width: 20, height: 10, mime_type: 'image/gif' },
    ],
    [
      'sendAudio',
      'audio',
      upload('a.mp3'),
      { title: 'T', performer: 'P', duration: -1 },
      { title: 'T', performer: 'P', duration: 0, mime_type: 'audio/mpeg' },
    ],
    ['sendVoice', 'voice', upload('a.ogg'), { duration: 3 }, { duration: 3, mime_type: 'audio/ogg' }],
    [
      'sendVideoNote',
      'video_note',
      upload('a.mp4'),
      { length: 300, duration: 99_999 },
      { length: 300, duration: 86_400 },
    ],
    [
      'sendSticker',
      'sticker',
      upload('a.tgs'),
      { emoji: '🙂' },
      { width: 512, emoji: '🙂', is_animated: true, is_video: false, type: 'regular' },
    ],
  ])('%s answers with the %s', async (method, field, file, args, fields) => {
    const rig = startRig();
    const message = await sent(rig, method, { ...args, caption: 'words' }, { [field]: file });
    expect(message[field]).toMatchObject({ ...fileFields, ...fields, file_size: file.bytes.length });
    expect('caption' in message).toBe(!['video_note', 'sticker'].includes(field));
    const again = await sent(rig, method, { [field]: idOf(message[field]) });
    expect(again[field]).toEqual(message[field]);
  });

  it('an animation is also shown as a document', async () => {
    const message = await sent(startRig(), 'sendAnimation', {}, { animation: upload('a.mp4') });
    expect(message['document']).toMatchObject({ ...fileFields, file_name: 'a.mp4' });
    expect(message['document']).not.toHaveProperty('duration');
  });

  it('take a thumbnail, which is an upload', async () => {
    const rig = startRig();
    const files = { document: upload('a.pdf'), small: upload('t.jpg', jpeg(320, 200)) };
    const message = await sent(rig, 'sendDocument', { thumbnail: 'attach://small' }, files);
    expect(message['document']).toMatchObject({ thumbnail: { ...fileFields, width: 320, height: 200 } });
    expect(await rig.call('getFile', { file_id: idOf(message['document']?.['thumbnail'] as never) })).toEqual(
      expect.objectContaining({ ok: true }),
    );
  });

  it('a document stays what it is when it is sent again by another method', async () => {
    const rig = startRig();
    const voice = await sent(rig, 'sendVoice', {}, { voice: upload('a.ogg') });
    const message = await sent(rig, 'sendDocument', { document: idOf(voice['voice']) });
    expect(message).toHaveProperty('voice');
    expect(message).not.toHaveProperty('document');
  });

  it('a photo cannot become a document, nor a document a photo', async () => {
    const rig = startRig();
    const { photo } = await sent(rig, 'sendPhoto', {}, { photo: upload('a', png(10, 10)) });
    const { document } = await sent(rig, 'sendDocument', {}, { document: upload('a') });
    expect(await rig.call('sendDocument', { chat_id: 7, document: idOf(photo?.[0]) })).toEqual(
      refused("can't use file of type Photo as Document"),
    );
    expect(await rig.call('sendPhoto', { chat_id: 7, photo: idOf(document) })).toEqual(
      refused("can't use file of type Document as Photo"),
    );
  });

  it.each([
    ['sendVoice', 'there is no voice in the request'],
    ['sendVideoNote', 'there is no video note in the request'],
    ['sendDocument', 'there is no document in the request'],
  ])('%s without a file is refused', async (method, why) => {
    expect(await startRig().call(method, { chat_id: 7 })).toEqual(refused(why));
  });

  it.each([
    [
      'sendVideoNote',
      'video_note',
      12 * 2 ** 20 + 1,
      'file of size 12582913 bytes is too big for a video note; the maximum size is 12582912 bytes',
    ],
    ['sendDocument', 'document', 0, 'file must be non-empty'],
  ])('%s refuses a %s of %i bytes', async (method, field, size, why) => {
    const file = upload('a', Buffer.alloc(size));
    expect(await startRig().call(method, { chat_id: 7 }, { [field]: file })).toEqual(refused(why));
  });

  it('more than 50 MB is refused as the public server does', async () => {
    const file = upload('a', Buffer.alloc(50 * 2 ** 20 + 1));
    expect(await startRig().call('sendDocument', { chat_id: 7 }, { document: file })).toEqual({
      ok: false,
      error_code: 413,
      description: 'Request Entity Too Large',
    });
  });
});
