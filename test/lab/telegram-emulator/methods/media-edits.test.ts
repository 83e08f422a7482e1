import { describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../emulator-fixture.ts';
import { png, upload } from '../files/image-fixture.ts';

const refused = (description: string): unknown => ({
  ok: false,
  error_code: 400,
  description: expect.stringContaining(`Bad Request: ${description}`),
});
const image = { photo: upload('a.png', png(10, 10)) };
const edited = { chat_id: 7, message_id: 1 };

async function rigWithPhoto(): Promise<Rig> {
  const rig = startRig();
  await rig.call('sendPhoto', { chat_id: 7, caption: 'old', has_spoiler: true }, image);
  return rig;
}

describe('editMessageCaption', () => {
  it('changes and removes the caption, and nothing else', async () => {
    const rig = await rigWithPhoto();
    const bold = { ...edited, caption: '<b>new</b>', parse_mode: 'HTML' };
    expect(await rig.call('editMessageCaption', bold)).toMatchObject({
      result: {
        caption: 'new',
        caption_entities: [{ type: 'bold' }],
        photo: [{ width: 10 }],
        has_media_spoiler: true,
        edit_date: expect.any(Number),
      },
    });
    const { result } = await rig.call('editMessageCaption', edited);
    expect(result).not.toHaveProperty('caption');
    expect(result).toHaveProperty('photo');
  });

  it.each([
    [{ caption: 'old' }, 'message is not modified'],
    [{ caption: 'x'.repeat(1025) }, 'message caption is too long'],
    [{ message_id: 9 }, 'message to edit not found'],
  ])('refuses %o', async (args, why) => {
    const rig = await rigWithPhoto();
    expect(await rig.call('editMessageCaption', { ...edited, ...args })).toEqual(refused(why));
  });

  it('refuses a message that can have none, as editMessageText does one without text', async () => {
    const rig = await rigWithPhoto();
    await rig.call('sendMessage', { chat_id: 7, text: 'x' });
    expect(await rig.call('editMessageCaption', { chat_id: 7, message_id: 2, caption: 'x' })).toEqual(
      refused('there is no caption in the message to edit'),
    );
    expect(await rig.call('editMessageText', { ...edited, text: 'x' })).toEqual(
      refused('there is no text in the message to edit'),
    );
  });
});

describe('editMessageMedia', () => {
  const files = { new: upload('new.pdf'), image: image.photo };
  const document = { type: 'document', media: 'attach://new', caption: 'new' };

  it('replaces media and caption', async () => {
    const rig = await rigWithPhoto();
    const { result } = await rig.call('editMessageMedia', { ...edited, media: document }, files);
    expect(result).toMatchObject({ document: { file_name: 'new.pdf' }, caption: 'new' });
    expect(result).not.toHaveProperty('photo');
  });

  it('replaces a text', async () => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'x' });
    const { result } = await rig.call('editMessageMedia', { ...edited, media: document }, files);
    expect(result).toHaveProperty('document');
    expect(result).not.toHaveProperty('text');
  });

  it('keeps an album an album, of the same kinds', async () => {
    const rig = startRig();
    const photo = { type: 'photo', media: 'attach://image' };
    await rig.call('sendMediaGroup', { chat_id: 7, media: [photo, photo] }, files);
    expect(await rig.call('editMessageMedia', { ...edited, media: document }, files)).toEqual(
      refused("can't change media type in the album"),
    );
    const animation = { type: 'animation', media: 'attach://new' };
    expect(await rig.call('editMessageMedia', { ...edited, media: animation }, files)).toEqual(
      refused("message content type can't be used in an album"),
    );
    expect(await rig.call('editMessageMedia', { ...edited, media: photo }, files)).toMatchObject({
      result: { media_group_id: expect.any(String) },
    });
  });

  it.each([
    [{}, 'parameter "media" is required'],
    [{ media: '{' }, "can't parse input media JSON object"],
    [{ media: '[]' }, "can't parse InputMedia: expected an Object"],
    [{ media: { type: 'photo', media: 'attach://none' } }, "can't parse InputMedia: media not found"],
    [{ media: { type: 'photo', media: 'https://example.com/a.png' } }, 'failed to get HTTP URL content'],
  ])('refuses %o', async (args, why) => {
    const rig = await rigWithPhoto();
    expect(await rig.call('editMessageMedia', { ...edited, ...args }, files)).toEqual(refused(why));
  });

  it('refuses to replace a location', async () => {
    const rig = startRig();
    await rig.call('sendLocation', { chat_id: 7, latitude: 1, longitude: 2 });
    expect(await rig.call('editMessageMedia', { ...edited, media: document }, files)).toEqual(
      refused("message media can't be edited"),
    );
  });
});
