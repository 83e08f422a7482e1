import { describe, expect, it } from 'vitest';
import { laneOf, type Update, updateType, updateTypes } from '../../../services/core/updates/update.ts';

const update = (content: Readonly<Record<string, unknown>>): Update => ({ update_id: 7, ...content });

describe('the lane of an update', () => {
  it.each([
    ['a message: its chat', { message: { chat: { id: -100 }, from: { id: 5 } } }, 'chat -100'],
    ['an edited message: its chat', { edited_message: { chat: { id: 3 } } }, 'chat 3'],
    [
      'a button under a message: its chat',
      { callback_query: { from: { id: 5 }, message: { chat: { id: 3 } } } },
      'chat 3',
    ],
    ['a button under an inline message: its person', { callback_query: { from: { id: 5 } } }, 'person 5'],
    ['an inline query: its person', { inline_query: { from: { id: 5 } } }, 'person 5'],
    ['a poll answer: its person', { poll_answer: { user: { id: 5 } } }, 'person 5'],
    ['a new member: its chat', { chat_member: { chat: { id: 3 }, from: { id: 5 } } }, 'chat 3'],
    ['a poll, which has neither: its own', { poll: { id: 'x' } }, 'update 7'],
    ['a channel’s vote: that channel', { poll_answer: { voter_chat: { id: -100 } } }, 'person -100'],
    ['nothing: its own', {}, 'update 7'],
    ['a null content: its own', { message: null }, 'update 7'],
  ])('is that of %s', (_what, content, lane) => {
    expect(laneOf(update(content))).toBe(lane);
  });

  it.each([
    ['its chat', { strange: { chat: { id: 3 }, from: { id: 5 } } }, 'chat 3'],
    ['its chat, by its id alone', { strange: { chat_id: 3, user_id: 5 } }, 'chat 3'],
    ['its message’s chat', { strange: { from: { id: 5 }, message: { chat: { id: 3 } } } }, 'chat 3'],
    ['the chat of what it wraps', { strange: { gift: { message: { chat: { id: 3 } } } } }, 'chat 3'],
    [
      'the first chat of a list',
      { strange: { messages: [{ chat: { id: 3 } }, { chat: { id: 4 } }] } },
      'chat 3',
    ],
    [
      'its own chat, before a nested one',
      { strange: { reply: { chat: { id: 4 } }, chat: { id: 3 } } },
      'chat 3',
    ],
    ['the object behind a text', { version: '9.9', strange: { chat: { id: 3 } } }, 'chat 3'],
    ['its chat beside an object without one', { extra: { a: 1 }, strange: { chat: { id: 3 } } }, 'chat 3'],
    ['its sender', { strange: { from: { id: 5 } } }, 'person 5'],
    ['its user', { strange: { user: { id: 5 } } }, 'person 5'],
    ['its user, by its id alone', { strange: { user_id: 5 } }, 'person 5'],
    ['its sending chat', { strange: { sender_chat: { id: -5 } } }, 'person -5'],
    ['its own lane without either', { strange: { id: 'x' } }, 'update 7'],
    [
      'its own lane when the ids are no ids',
      { strange: { chat: { id: {} }, from: null, user: 5 } },
      'update 7',
    ],
  ])('of an unknown type is %s', (_what, content, lane) => {
    expect(laneOf(update(content))).toBe(lane);
  });

  it('never is shared by a chat and a person of one id', () => {
    expect(laneOf(update({ message: { chat: { id: 5 } } }))).not.toBe(
      laneOf(update({ inline_query: { from: { id: 5 } } })),
    );
  });
});

describe('the type of an update', () => {
  it.each(updateTypes)('is known: %s', (type) => {
    expect(updateType(update({ [type]: {} }))).toBe(type);
  });

  it.each([[{}], [{ strange: {} }]])('else is "other": %j', (content) => {
    expect(updateType(update(content))).toBe('other');
  });
});
