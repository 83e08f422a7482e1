import { describe, expect, it } from 'vitest';
import { startRig } from '../emulator-fixture.ts';

const refused = (why: string): unknown => ({
  ok: false,
  error_code: 400,
  description: `Bad Request: ${why}`,
});
const article = {
  type: 'article',
  id: '1',
  title: 'One',
  input_message_content: { message_text: '<b>one</b>', parse_mode: 'HTML' },
};
const photo = {
  type: 'photo',
  id: '2',
  photo_url: 'https://e.test/a.jpg',
  thumbnail_url: 'https://e.test/b.jpg',
};

describe('answerInlineQuery', () => {
  it('answers what somebody typed, once; the choice is told', async () => {
    const rig = startRig();
    const inline_query_id = rig.act({ act: 'inline-query', user: 7, query: 'o' });
    expect((await rig.call('getUpdates')).result).toMatchObject([
      { inline_query: { id: inline_query_id, from: { id: 7 }, query: 'o', offset: '' } },
    ]);
    const answer = { inline_query_id, results: [article, photo] };
    expect(await rig.call('answerInlineQuery', answer)).toMatchObject({ result: true });
    expect(await rig.call('answerInlineQuery', answer)).toEqual(
      refused('query is too old and response timeout expired or query ID is invalid'),
    );
    rig.act({ act: 'choose', user: 7, query: 'o', result_id: '2' });
    expect((await rig.call('getUpdates', { offset: -1 })).result).toMatchObject([
      { chosen_inline_result: { result_id: '2', query: 'o' } },
    ]);
  });

  it.each([
    [{ results: '[' }, "can't parse JSON encoded inline query results: Unexpected symbol"],
    [{ results: {} }, 'expected an Array of inline query results'],
    [{ results: Array.from({ length: 51 }, () => article) }, 'too many inline query results specified'],
    [{ results: ['x'] }, "can't parse inline query result: Inline query result must be an object"],
    [{ results: [{ id: '1' }] }, 'can\'t parse inline query result: Can\'t find field "type"'],
    [{ results: [{ type: 'article' }] }, 'can\'t parse inline query result: Can\'t find field "id"'],
    [
      { results: [{ type: 'article', id: '1' }] },
      'can\'t parse inline query result: Can\'t find field "title"',
    ],
    [
      { results: [{ type: 'article', id: '1', title: 'x' }] },
      'can\'t parse inline query result: Can\'t find field "message_text"',
    ],
    [
      { results: [{ ...article, input_message_content: { message_text: 'a.b', parse_mode: 'MarkdownV2' } }] },
      "can't parse entities: Character '.' is reserved and must be escaped with the preceding '\\'",
    ],
    [
      { results: [{ ...photo, caption: '<x>', parse_mode: 'HTML' }] },
      `can't parse entities: Unsupported start tag "x" at byte offset 0`,
    ],
    [
      { results: [{ ...article, reply_markup: { inline_keyboard: [[{ text: 'a' }]] } }] },
      "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
    ],
    [{ results: [{ ...article, id: 'x'.repeat(65) }] }, 'RESULT_ID_INVALID'],
    [{ results: [article, article] }, 'RESULT_ID_DUPLICATE'],
    [{ button: '{' }, "can't parse inline query results button JSON object"],
    [
      { button: { text: 'x' } },
      "can't parse inline query results button: InlineQueryResultsButton must have exactly one optional field",
    ],
  ])('refuses %j', async (args, why) => {
    const rig = startRig();
    const inline_query_id = rig.act({ act: 'inline-query', user: 7 });
    expect(await rig.call('answerInlineQuery', { inline_query_id, ...args })).toEqual(refused(why));
  });
});
