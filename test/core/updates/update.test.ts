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
    ['a type that this version does not know: its own', { strange: { chat: { id: 3 } } }, 'update 7'],
    ['nothing: its own', {}, 'update 7'],
    ['a null content: its own', { message: null }, 'update 7'],
  ])('is that of %s', (_what, content, lane) => {
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
