import { describe, expect, it } from 'vitest';
import { startRig } from '../emulator-fixture.ts';
import { png, upload } from '../files/image-fixture.ts';

const refused = (description: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${description}`,
});
type Sent = Record<string, Record<string, unknown>>;

describe('sendMediaGroup', () => {
  const files = {
    one: upload('a.png', png(10, 10)),
    two: upload('b.mp4'),
    list: upload('c.pdf'),
    text: upload('d.txt', 'text'),
  };
  const photo = { type: 'photo', media: 'attach://one' };
  const video = { type: 'video', media: 'attach://two' };
  const document = { type: 'document', media: 'attach://list' };

  it('sends an album: photos and videos together', async () => {
    const rig = startRig();
    const media = [
      { ...photo, caption: '*', parse_mode: '' },
      { ...video, duration: 3, has_spoiler: true },
    ];
    const { ok, result } = await rig.call('sendMediaGroup', { chat_id: 7, media }, files);
    const [first, second] = result as [Sent, Sent];
    expect(ok).toBe(true);
    expect(first).toMatchObject({ message_id: 1, caption: '*', media_group_id: expect.any(String) });
    expect(second).toMatchObject({
      message_id: 2,
      video: { duration: 3 },
      has_media_spoiler: true,
      media_group_id: first['media_group_id'],
    });
    const next = await rig.call('sendMediaGroup', { chat_id: 7, media }, files);
    expect((next.result as [Sent])[0]['media_group_id']).not.toBe(first['media_group_id']);
  });

  it('takes no buttons', async () => {
    const rig = startRig();
    const args = { chat_id: 7, media: [photo, photo], reply_markup: 'nonsense' };
    expect(await rig.call('sendMediaGroup', args, files)).toMatchObject({ ok: true });
    expect(rig.state().sentMessages).toMatchObject([{ reply_markup: undefined }, {}]);
  });

  it('a single item is no album', async () => {
    const { result } = await startRig().call('sendMediaGroup', { chat_id: 7, media: [photo] }, files);
    expect(result).toEqual([expect.not.objectContaining({ media_group_id: expect.anything() })]);
  });

  it.each<[unknown, string]>([
    [undefined, 'parameter "media" is required'],
    ['[', "can't parse media JSON object"],
    ['{}', 'expected an Array of InputMedia'],
    [[], 'there are no messages to send'],
    [Array.from({ length: 11 }, () => photo), 'too many messages to send as an album'],
    [['x'], "can't parse InputMedia: expected an Object"],
    [[{}], `can't parse InputMedia: Can't find field "type"`],
    [[{ ...photo, type: {} }], `can't parse InputMedia: Field "type" must be of type String`],
    [[{ ...photo, caption: null }], `can't parse InputMedia: Field "caption" must be of type String`],
    [[{ ...photo, width: 'x' }], `can't parse InputMedia: Field "width" must be a valid Number`],
    [[{ ...photo, has_spoiler: 1 }], `can't parse InputMedia: Field "has_spoiler" must be of type Boolean`],
    [[{ ...photo, type: 'voice' }], `can't parse InputMedia: type "voice" is unsupported`],
    [
      [{ ...video, type: 'animation' }],
      `can't parse InputMedia: type "animation" can't be used in sendMediaGroup`,
    ],
    [[{ type: 'photo' }], "can't parse InputMedia: media not found"],
    [[{ type: 'photo', media: 'attach://none' }], "can't parse InputMedia: media not found"],
    [[photo, document], "document can't be mixed with other media types"],
    [
      [photo, { type: 'photo', media: 'attach://text' }],
      'failed to send message #2 with the error message "IMAGE_PROCESS_FAILED"',
    ],
    [
      [{ type: 'photo', media: 'https://example.com/a.png' }, photo],
      'failed to send message #1 with the error message "WEBPAGE_CURL_FAILED"',
    ],
  ])('refuses %o', async (media, why) => {
    const rig = startRig();
    expect(await rig.call('sendMediaGroup', { chat_id: 7, media }, files)).toEqual(refused(why));
    expect(rig.state().sentMessagesTotal).toBe(0);
  });

  it('refuses in an album what another kind of file became', async () => {
    const rig = startRig();
    const sent = await rig.call('sendVoice', { chat_id: 7 }, { voice: upload('a.ogg') });
    const { voice } = sent.result as Sent;
    const media = [document, { type: 'document', media: voice?.['file_id'] }];
    expect(await rig.call('sendMediaGroup', { chat_id: 7, media }, files)).toEqual(
      refused("can't use the media of the specified type in the album"),
    );
  });
});
