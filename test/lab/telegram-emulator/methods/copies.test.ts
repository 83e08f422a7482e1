import { describe, expect, it } from 'vitest';
import { type Rig, startRig } from '../emulator-fixture.ts';
import { png, upload } from '../files/image-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const anna = { id: 7, is_bot: false, first_name: 'Anna' };
const chat = { id: 7, type: 'private', first_name: 'Anna' };
const received = (message_id: number, rest: Record<string, unknown>): Record<string, unknown> => ({
  message: { message_id, from: anna, chat, date: 5, ...rest },
});

/** Message 1: a text of Anna's, 2: a service message, 3: a photo of the bot with a caption. */
async function rigWithMessages(): Promise<Rig> {
  const rig = startRig();
  rig.push(received(1, { text: 'hello' }), received(2, { pinned_message: {} }));
  await rig.call('sendPhoto', { chat_id: 7, caption: 'old' }, { photo: upload('a', png(10, 10)) });
  return rig;
}
const last = (rig: Rig) => rig.state().sentMessages.at(-1);

describe('copyMessage', () => {
  it('sends the same content, and answers with the id alone', async () => {
    const rig = await rigWithMessages();
    const copy = { chat_id: 8, from_chat_id: 7, message_id: 1 };
    expect(await rig.call('copyMessage', copy)).toEqual({ ok: true, result: { message_id: 4 } });
    expect(last(rig)).toMatchObject({ chat_id: 8, text: 'hello' });
    expect(last(rig)).not.toHaveProperty('forward_origin');
  });

  it('can replace the caption, or remove it', async () => {
    const rig = await rigWithMessages();
    const copy = { chat_id: 8, from_chat_id: 7, message_id: 3 };
    await rig.call('copyMessage', copy);
    expect(last(rig)).toMatchObject({ caption: 'old', photo: [{}] });
    await rig.call('copyMessage', { ...copy, caption: 'new' });
    expect(last(rig)).toMatchObject({ caption: 'new', photo: [{}] });
    await rig.call('copyMessage', { ...copy, caption: '' });
    expect(last(rig)).not.toHaveProperty('caption');
  });

  it.each([
    [{ message_id: 1 }, 'parameter "from_chat_id" is required'],
    [{ from_chat_id: 7 }, 'message to copy not found'],
    [{ from_chat_id: 7, message_id: 9 }, 'message to copy not found'],
    [{ from_chat_id: 9, message_id: 1 }, 'message to copy not found'],
    [{ from_chat_id: 7, message_id: 2 }, "the message can't be copied"],
  ])('refuses %o', async (args, why) => {
    const rig = await rigWithMessages();
    expect(await rig.call('copyMessage', { chat_id: 8, ...args })).toEqual(refused(why));
  });
});

describe('forwardMessage', () => {
  it('says who wrote it, even when it is forwarded again', async () => {
    const rig = await rigWithMessages();
    const origin = {
      text: 'hello',
      forward_origin: { type: 'user', sender_user: anna, date: 5 },
      forward_from: anna,
      forward_date: 5,
    };
    const first = await rig.call('forwardMessage', { chat_id: 8, from_chat_id: 7, message_id: 1 });
    expect(first).toMatchObject({ result: { message_id: 4, chat: { id: 8 }, ...origin } });
    const second = await rig.call('forwardMessage', { chat_id: 7, from_chat_id: 8, message_id: 4 });
    expect(second).toMatchObject({ result: { message_id: 5, ...origin } });
  });

  it('names the channel', async () => {
    const rig = startRig();
    const channel = { id: -1_000_000_000_001, type: 'channel', title: 'News' };
    rig.push({ channel_post: { message_id: 1, chat: channel, date: 5, text: 'news' } });
    expect(
      await rig.call('forwardMessage', { chat_id: 7, from_chat_id: channel.id, message_id: 1 }),
    ).toMatchObject({
      result: { forward_origin: { type: 'channel', chat: channel, message_id: 1 }, forward_date: 5 },
    });
  });

  it('refuses what is not there, and a service message', async () => {
    const rig = await rigWithMessages();
    const forward = { chat_id: 8, from_chat_id: 7 };
    expect(await rig.call('forwardMessage', { ...forward, message_id: 9 })).toEqual(
      refused('message to forward not found'),
    );
    expect(await rig.call('forwardMessage', { ...forward, message_id: 2 })).toEqual(
      refused("the message can't be forwarded"),
    );
  });
});

describe('many at a time', () => {
  const many = { chat_id: 8, from_chat_id: 7 };

  it('forwards and copies what can be sent', async () => {
    const rig = await rigWithMessages();
    expect(await rig.call('forwardMessages', { ...many, message_ids: [1, 2, 3, 99] })).toEqual({
      ok: true,
      result: [{ message_id: 4 }, { message_id: 5 }],
    });
    expect(last(rig)).toMatchObject({ caption: 'old', forward_from: { is_bot: true } });
    const plain = { ...many, message_ids: '["3"]', remove_caption: true, reply_to_message_id: 99 };
    await rig.call('copyMessages', plain);
    expect(last(rig)).toHaveProperty('photo');
    expect(last(rig)).not.toHaveProperty('caption');
  });

  it('keeps an album together, with an id of its own', async () => {
    const rig = startRig();
    const media = ['a', 'b'].map((name) => ({ type: 'document', media: `attach://${name}` }));
    await rig.call('sendMediaGroup', { chat_id: 7, media }, { a: upload('a'), b: upload('b') });
    await rig.call('copyMessages', { ...many, message_ids: [1, 2] });
    const groups = rig.state().sentMessages.map(({ media_group_id }) => media_group_id);
    expect(groups[0]).toBe(groups[1]);
    expect(groups[2]).toBe(groups[3]);
    expect(groups[2]).not.toBe(groups[0]);
  });

  it('deletes those that exist', async () => {
    const rig = await rigWithMessages();
    expect(await rig.call('deleteMessages', { chat_id: 7, message_ids: [1, 3, 99] })).toEqual({
      ok: true,
      result: true,
    });
    expect(rig.state().sentMessages).toMatchObject([{ message_id: 3, deleted: true }]);
    expect(await rig.call('copyMessage', { ...many, message_id: 1 })).toEqual(
      refused('message to copy not found'),
    );
  });

  it.each<[Record<string, unknown>, string]>([
    [{}, 'message identifiers are not specified'],
    [{ message_ids: [] }, 'message identifiers are not specified'],
    [{ message_ids: '[' }, "can't parse message_ids JSON object"],
    [{ message_ids: '1' }, 'expected an Array of message identifiers'],
    [
      { message_ids: Array.from({ length: 101 }, (_, id) => id + 1) },
      'too many message identifiers specified',
    ],
    [{ message_ids: [{}] }, 'message identifier must be a Number'],
    [{ message_ids: ['x'] }, "can't parse message identifier as a Number"],
    [{ message_ids: [0] }, 'invalid message identifier specified'],
    [{ message_ids: [3, 1] }, 'message identifiers must be in a strictly increasing order'],
    [{ message_ids: [1, 1] }, 'message identifiers must be in a strictly increasing order'],
    [{ message_ids: [2, 99] }, 'there are no messages to forward'],
    [{ message_ids: [1], from_chat_id: '' }, 'parameter "from_chat_id" is required'],
  ])('refuses %o', async (args, why) => {
    const rig = await rigWithMessages();
    expect(await rig.call('forwardMessages', { ...many, ...args })).toEqual(refused(why));
  });
});
