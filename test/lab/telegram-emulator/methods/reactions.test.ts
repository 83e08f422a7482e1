import { describe, expect, it } from 'vitest';
import { startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const thumb = { type: 'emoji', emoji: '👍' };

describe('setMessageReaction', () => {
  it('shows the reaction until it is taken back', async () => {
    const rig = startRig();
    rig.push({ message: { message_id: 1, chat: { id: 7, type: 'private' }, text: 'hi' } });
    const shown = (): unknown =>
      rig.emulator.events.since(0).findLast(({ type }) => type === 'message-reacted')?.details['reactions'];
    expect(
      await rig.call('setMessageReaction', { chat_id: 7, message_id: 1, reaction: [thumb] }),
    ).toMatchObject({
      result: true,
    });
    expect(shown()).toEqual([thumb]);
    await rig.call('setMessageReaction', { chat_id: 7, message_id: 1, reaction: [] });
    expect(shown()).toEqual([]);
  });

  it.each([
    [{ message_id: 9, reaction: [thumb] }, 'message to react not found'],
    [{ message_id: 1, reaction: '[' }, "can't parse reaction types JSON object"],
    [{ message_id: 1, reaction: {} }, 'expected an Array of ReactionType'],
    [{ message_id: 1, reaction: ['👍'] }, "can't parse ReactionType: expected an Object"],
    [
      { message_id: 1, reaction: [{ type: 'paid' }] },
      "can't parse ReactionType: invalid reaction type specified",
    ],
    [{ message_id: 1, reaction: [{ type: 'emoji', emoji: '🚀' }] }, 'REACTION_INVALID'],
    [{ message_id: 1, reaction: [{ type: 'custom_emoji', custom_emoji_id: 'x' }] }, 'REACTION_INVALID'],
    [{ message_id: 1, reaction: [thumb, { type: 'emoji', emoji: '❤️' }] }, 'REACTIONS_TOO_MANY'],
  ])('refuses %o', async (args, why) => {
    const rig = startRig();
    await rig.call('sendMessage', { chat_id: 7, text: 'x' });
    expect(await rig.call('setMessageReaction', { chat_id: 7, ...args })).toEqual(refused(why));
  });
});
